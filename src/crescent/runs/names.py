"""Names with numbers in them: the folders of rounds, waves and sampling passes, and the order in which they stand.

Numbers are padded so that a listing looks orderly, but a run may outgrow the padding (`round-100`, `written-1000`). So
such names are never sorted as text: `in_order` is the key to sort them by.
"""

import re
from pathlib import Path

ROUNDS = "round-*"
"""What finds the folders of all rounds in a run's folder; `round_number` says which round each is."""
_ROUND = re.compile(r"round-(\d{2}|[1-9]\d{2,})")
_DIGITS = re.compile(r"(\d+)")


def round_folder(number: int) -> str:
    """`round-03` for 3: the name of a round's folder, and of the model that it made."""
    return f"round-{number:02d}"


def round_number(name: str | Path) -> int | None:
    """3 for `round-03`, or for a path that ends in it; None for what is no round, as `base`."""
    found = _ROUND.fullmatch(Path(name).name)
    return int(found[1]) if found else None


def written_folder(wave: int) -> str:
    """Where the texts are that the model wrote in a wave when it was first asked."""
    return f"written-{wave:03d}"


def given_folder(wave: int) -> str:
    """Where the questions of a wave are that were there already, and not written by the model."""
    return f"given-{wave:03d}"


def rewritten_folder(wave: int, attempt: int) -> str:
    """Where the texts are that the model made of a wave's near-duplicates at its `attempt`, counted from 1."""
    return f"rewritten-{wave:03d}-{attempt}"


def pass_folder(number: int) -> str:
    """Where the solutions of a sampling pass are, counted from 0."""
    return f"solutions/{number:02d}"


def in_order(name: str | Path) -> list[str | int]:
    """Sort key of a name, a path or the id of a row: like text, with the numbers in it compared as numbers.

    >>> sorted(["round-100", "round-11", "base"], key=in_order)
    ['base', 'round-11', 'round-100']
    """
    return [int(part) if number % 2 else part for number, part in enumerate(_DIGITS.split(str(name)))]
