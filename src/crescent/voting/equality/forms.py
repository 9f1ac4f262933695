"""Forms of one value that canonical texts keep apart, because how one is read depends on the other.

- A decimal with at least four places is every number that rounds or is cut to it: 0.3333 is 1/3.
- `50%` is `0.5`, and is `50`, the bare figure that a question "what percentage ..." asks for; 0.5 is not 50.
- A ratio is its quotient: `3:2` is `1.5`.
- `10:30` is `10:30 am`, and `7` is `7:00 pm`; am is not pm.
- `2,74` is 2.74 as well as two numbers.
"""

import re
from fractions import Fraction

from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.clocks import second_of_day

ENOUGH_PLACES = 4
_RATIONAL = re.compile(r"-?\d{1,110}(?:\.\d{1,110}|/\d{1,110})?")
_LISTED_OPTIONS = re.compile(r"\{[A-J](?:,[A-J])+\}")
_JOINED_OPTIONS = re.compile(r"[A-J]{2,10}")
_DECIMAL_COMMA = re.compile(r"-?(?:[1-9]\d{0,8},\d{1,2}|0,\d{1,9})")


def is_rational(key: str) -> bool:
    """Whether a canonical text is a plain number."""
    return _RATIONAL.fullmatch(key) is not None


def rational(key: str) -> Fraction | None:
    """The number a canonical text stands for, if it is a plain one."""
    return Fraction(key) if _RATIONAL.fullmatch(key) else None


def is_loose(key: str) -> bool:
    """Whether a canonical text is a percent, a ratio or a clock, which may be another way to write another text."""
    return key.endswith("%") or (":" in key and key[0].isdigit())


def close(one: str, other: str) -> bool:
    """Whether one number is the other, rounded or cut to at least four decimal places."""
    if "." not in one + other:
        return False
    value, near = rational(one), rational(other)
    if value is None or near is None:
        return False
    return shortened(value, other) or shortened(near, one)


def shortened(value: Fraction, key: str) -> bool:
    places = len(key) - key.index(".") - 1 if "." in key else 0
    if places < ENOUGH_PLACES:
        return False
    scaled, written = value * 10**places, Fraction(key) * 10**places
    return written in (round(scaled), int(scaled)) or abs(written - scaled) == Fraction(1, 2)


def same_time(one: str, other: str) -> bool:
    """Whether two canonical texts are the same time of day: 20:34 is 8:34 pm."""
    if ":" not in one or ":" not in other:
        return False
    time = second_of_day(one)
    return time is not None and time == second_of_day(other)


def same_options(one: str, other: str) -> bool:
    """Whether two texts name the same options of a choice: ACD is {A,C,D}."""
    listed, joined = (one, other) if one.startswith("{") else (other, one)
    if not _LISTED_OPTIONS.fullmatch(listed) or not _JOINED_OPTIONS.fullmatch(joined):
        return False
    return sorted(joined) == listed[1:-1].split(",")


def fits(one: str, other: str) -> bool:
    """Whether one text is a percent, ratio or clock text that may stand for the other."""
    return _reads_as(one, other) or _reads_as(other, one)


def _reads_as(key: str, plain: str) -> bool:
    if key.endswith("%"):
        figure, value = rational(key[:-1]), rational(plain)
        if figure is None or value is None:
            return False
        return value in (figure, figure / 100) or close(key[:-1], plain)
    if key.endswith((":00 am", ":00 pm")) and plain == key[: key.index(":")]:
        return True
    if ":" in key:
        if plain.startswith(key + " "):
            return plain[len(key) :] in (" am", " pm")
        terms = [rational(term) for term in key.split(":")]
        value = rational(plain)
        if len(terms) == 2 and value is not None and terms[0] is not None and terms[1]:
            return value == terms[0] / terms[1]
    return False


def decimal_comma(text: str) -> str | None:
    """The canonical text of a number whose decimal point is a comma, if `text` may be one."""
    return canonical(text.replace(",", ".")) if _DECIMAL_COMMA.fullmatch(text) else None
