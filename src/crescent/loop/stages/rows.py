"""Reading the rows of a finished or growing `answers` folder: shared by the stage, later stages and the summary."""

from collections.abc import Iterator
from pathlib import Path

from crescent.records import Solution
from crescent.run.names import in_order
from crescent.run.shards import ShardFolder


def solution_passes(answers: Path) -> list[Iterator[Solution]]:
    """One stream of solutions per sampling pass, each in question order."""
    return [ShardFolder(path).stream(Solution) for path in pass_folders(answers)]


def pass_folders(answers: Path) -> list[Path]:
    """The folders of the sampling passes, in their order."""
    folder = answers / "solutions"
    return sorted((path for path in folder.iterdir() if path.is_dir()), key=in_order) if folder.is_dir() else []


def solutions(answers: Path) -> Iterator[Solution]:
    """All solutions, pass by pass."""
    for rows in solution_passes(answers):
        yield from rows
