"""Why a program ended, from what it printed: the first cause, not the last complaint."""

import re

TRACEBACK = "Traceback (most recent call last)"
HANDLED = "During handling of the above exception"
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")
ERROR = re.compile(r"\berror\b", re.IGNORECASE)
FRAME = "│╭╮╰╯─| \t"
"""What command lines draw around their errors."""
LONGEST = 200


def last_words(text: str) -> str:
    """The exception of the first traceback in `text`; without one the first line that says error; or else the last one.

    The processes of a server write their tracebacks in the order in which they fail: the one with the cause before the
    one that waited for it. Of a chain in one process it is the cause that counts, but not what was only being handled
    when the error came up. In one line, cut; "" where nothing was said.
    """
    lines = [line for line in text.splitlines() if any(letter.isalnum() for letter in line)]
    said = [line for line in lines if "--help" not in line] or lines
    found = _exception(lines) or next((line for line in said if ERROR.search(line)), "".join(said[-1:]))
    return " ".join(found.strip(FRAME).split())[:LONGEST]


def _exception(lines: list[str]) -> str | None:
    begin = next((number for number, line in enumerate(lines) if TRACEBACK in line), None)
    if begin is None:
        return None
    # A logger puts the same words before every line: what stands after them is indented but for the exception.
    before = lines[begin].index(TRACEBACK)
    rest = [line[before:] for line in lines[begin + 1 :]]
    found = None
    for number, line in enumerate(rest):
        if found is None and EXCEPTION.match(line):
            found = line
            if not any(HANDLED in after for after in rest[number + 1 : number + 2]):
                break
        elif TRACEBACK in line:
            found = None
    return found
