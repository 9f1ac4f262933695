"""Why a program ended, from what it printed: the first cause, not the last complaint."""

import re

TRACEBACK = "Traceback (most recent call last)"
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")
ERROR = re.compile(r"\berror\b", re.IGNORECASE)
FRAME = "│╭╮╰╯─| \t"
"""What command lines draw around their errors."""
LONGEST = 200


def last_words(text: str) -> str:
    """The exception of the first traceback in `text`; without one the first line that says error; or else the last one.

    A chain of tracebacks begins with its cause, and the processes of a server write theirs in that order, too: the one
    that failed before the one that waited for it. In one line, cut; "" where nothing was said.
    """
    lines = [line for line in text.splitlines() if any(letter.isalnum() for letter in line)]
    found = _exception(lines) or next((line for line in lines if ERROR.search(line)), "".join(lines[-1:]))
    return " ".join(found.strip(FRAME).split())[:LONGEST]


def _exception(lines: list[str]) -> str | None:
    begin = next((number for number, line in enumerate(lines) if TRACEBACK in line), None)
    if begin is None:
        return None
    # A logger puts the same words before every line: what stands after them is indented but for the exception.
    before = lines[begin].index(TRACEBACK)
    rest = [line[before:] for line in lines[begin + 1 :]]
    return next((line for line in rest if EXCEPTION.match(line)), None)
