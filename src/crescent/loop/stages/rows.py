"""Reading the rows of a finished or growing `answers` folder: shared by the stage, later stages and the summary."""

from collections.abc import Iterator
from pathlib import Path

from crescent.records import Solution
from crescent.run.shards import ShardFolder


def solution_passes(answers: Path) -> list[Iterator[Solution]]:
    """One stream of solutions per sampling pass, each in question order."""
    folder = answers / "solutions"
    passes = sorted(folder.iterdir()) if folder.is_dir() else []
    return [ShardFolder(path).stream(Solution) for path in passes if path.is_dir()]


def solutions(answers: Path) -> Iterator[Solution]:
    """All solutions, pass by pass."""
    for rows in solution_passes(answers):
        yield from rows
