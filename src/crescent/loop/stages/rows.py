"""Reading the rows of a finished or growing `answers` folder: shared by the stage, later stages and the summary."""

from collections.abc import Iterator
from pathlib import Path

from crescent.records import Completion, Solution
from crescent.runs.names import in_order
from crescent.runs.shards import ShardFolder

REWORDED, VIEWS = "reworded", "views"
"""Where rewordings of the questions are, and the solutions of those."""


def solution_passes(answers: Path) -> list[Iterator[Solution]]:
    """One stream of solutions per sampling pass, each in question order."""
    return [ShardFolder(path).stream(Solution) for path in pass_folders(answers)]


def pass_folders(answers: Path) -> list[Path]:
    """The folders of the sampling passes, in their order."""
    folder = answers / "solutions"
    return sorted((path for path in folder.iterdir() if path.is_dir()), key=in_order) if folder.is_dir() else []


def view_passes(answers: Path) -> list[Iterator[Solution]]:
    """The solutions of rewordings as a stream in question order, where there are any."""
    return [ShardFolder(answers / VIEWS).stream(Solution)] if (answers / VIEWS).is_dir() else []


def beside_tokens(answers: Path) -> int:
    """Tokens of what was written beside the solutions of the questions themselves."""
    rewordings = ShardFolder(answers / REWORDED).stream(Completion) if (answers / REWORDED).is_dir() else ()
    return sum(row.tokens for row in rewordings) + sum(row.tokens for rows in view_passes(answers) for row in rows)


def solutions(answers: Path) -> Iterator[Solution]:
    """All solutions, pass by pass."""
    for rows in solution_passes(answers):
        yield from rows
