"""The command `python -m crescent show FOLDER [--find TEXT | --id ID]`: the whole history of a question."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from crescent.commands.given import nearest, stored_run
from crescent.errors import ConfigError, DataError
from crescent.reporting.history import History, history_lines, read_histories
from crescent.reporting.report.untrusted import cut

LISTED = 20
"""Questions that a list names; the rest is counted."""
LONGEST = 90
"""Characters of a question in a list."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"show: {message}; see python -m crescent show --help"])


def show(arguments: Sequence[str]) -> int:
    """Print the history of one question, or the list of those that TEXT is in. Returns the exit code.

    Raises:
        ConfigError: an option is not known.
        DataError: the folder holds no run, no question has the id, or no text has TEXT in it.
        DamagedError: a file of the run was cut or altered.
    """
    parser = _Parser(
        prog="python -m crescent show",
        description="Tells the whole history of a question: the text that was written, its rewrites and what each "
        "collided with, acceptance or drop, solutions with answers and votes, the consensus, whether it became a "
        "training pair, and in which rounds it was trained on. Without an option: how many questions ended where.",
        epilog="examples: python -m crescent show outputs/nano-seed1 --find apples;  "
        "python -m crescent show outputs/nano-seed1 --id r01-w001-q00003",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the run's folder; the run may be at work")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--find", metavar="TEXT", help="the question with TEXT in it, in any version of it, whatever "
                       "the case; of several a list with ids")  # fmt: skip
    which.add_argument("--id", metavar="ID", help="the question of this id, as rows of the run have it")
    options = parser.parse_args(arguments)
    stored_run(options.folder)
    histories = read_histories(options.folder)
    if options.id is None and options.find is None:
        lines = _overview(histories)
    else:
        lines = _asked(options.folder, histories, options.id, options.find)
    print("\n".join(lines))
    return 0


def _asked(folder: Path, histories: dict[str, History], id: str | None, text: str | None) -> Iterator[str]:
    if id is not None:
        found = [histories[_question(id, histories)]]
    else:
        found = [history for history in histories.values() if any(_has(each, text) for each in history.texts)]
    if not found:
        raise DataError(f"{folder}: none of {len(histories):,} questions has {text!r} in any version of its text.")
    if len(found) > 1:
        return _listed(found)
    whole = read_histories(folder, with_solutions=True)
    return history_lines(whole[found[0].id], whole)


def _question(id: str, histories: dict[str, History]) -> str:
    """The question of this id, or of the id of one of its rewrites or pairs."""
    for known in (id, id.partition("-v")[0], id.partition("-s")[0]):
        if known in histories:
            return known
    raise DataError(f"no question has the id {id}.{nearest(id, histories, 'ids')}")


def _has(text: str, part: str | None) -> bool:
    return part is not None and part.casefold() in text.casefold()


def _listed(found: Sequence[History]) -> Iterator[str]:
    yield f"{len(found):,} questions; one of them whole: --id ID"
    for history in found[:LISTED]:
        yield f"  {history.id}  {history.state}: {cut(' '.join(history.texts[-1].split())[:LONGEST], LONGEST)}"
    if len(found) > LISTED:
        yield f"  and {len(found) - LISTED:,} more: give more of the text"


def _overview(histories: dict[str, History]) -> Iterator[str]:
    """How many questions of each round ended where, with an id for each."""
    ends = Counter((history.round, history.state) for history in histories.values())
    first: dict[tuple[int, str], str] = {}
    for history in histories.values():
        first.setdefault((history.round, history.state), history.id)
    yield f"{len(histories):,} texts; one of them whole: --id ID or --find TEXT"
    for (number, state), count in sorted(ends.items()):
        yield f"  round {number}, {state}: {count:,}, {first[number, state]} the first"
