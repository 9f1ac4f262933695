"""Numerals of other bases, 1011_2, and one number out of another, 5 out of 8."""

import re
from fractions import Fraction

from crescent.voting.equality.numerals import written

_ODDS = re.compile(r"^(\d{1,9})\s+(?:out\s+of|in)(?:\s+every)?\s+(\d{1,9})$")
_BASE = re.compile(r"^(-?)\(?([0-9A-Fa-f]{0,40}\.?[0-9A-Fa-f]{1,40})\)?\s?_\s?(?:\{\s*([\w ]{1,12})\s*\}|(\d))$")
_BASES = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "sixteen": 16,
}


def in_base(text: str) -> str:
    """The canonical text of a numeral with the base as its subscript, empty if `text` is none: 1011_2 is 11."""
    match = _BASE.match(text)
    if match is None:
        return ""
    name = (match[3] or match[4]).strip()
    base = int(name) if name.isdecimal() else _BASES.get(name.lower(), 0)
    whole, _, part = match[2].partition(".")
    if not any(map(str.isdigit, match[2])) and (base != 16 or len(match[2]) < 2):
        return ""  # a name with a subscript: A_2
    if not 2 <= base <= 16 or any(int(digit, 16) >= base for digit in whole + part):
        return ""
    value = Fraction(int(whole + part, base), base ** len(part))
    return written(-value if match[1] else value)


def odds(text: str) -> str:
    """The canonical text of "5 out of 8" or "1 in 6", empty if `text` is none."""
    match = _ODDS.match(text)
    return written(Fraction(int(match[1]), int(match[2]))) if match and int(match[2]) else ""
