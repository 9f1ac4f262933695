"""Amounts as canonical texts: numbers with their units and percent signs, sums of units, and ratios."""

import re
from fractions import Fraction
from math import gcd

from crescent.voting.equality.arithmetic import value_of
from crescent.voting.equality.clocks import clock
from crescent.voting.equality.numerals import CURRENCY, NUMBER, POWER_OF_TEN, SCALES, exact, written
from crescent.voting.equality.units import compound, is_unit

MATH = re.compile(r"[\\^_=<>+*/|∪∩∞π±√{}\d]|(?:(?<![^\W\d_])[^\W\d_]|[)])!")
"""A text with one of these signs may be a formula."""
PERCENT = r"(?:\\?%|percent(?:age)?(?:\s+points?)?\b|per\s+cent\b|pct\b)"
_QUANTITY = re.compile(
    rf"(?P<sign>[-+]?)\s?(?:{CURRENCY}\s?)?(?P<inner>[-+]?)"
    rf"(?:(?P<whole>\d{{1,9}})(?:\s+|-|\s+and\s+)(?P<over>\d{{1,9}})\s?/\s?(?P<under>\d{{1,9}})"
    rf"|(?P<number>{NUMBER}(?P<power>{POWER_OF_TEN})?)(?:\s?/\s?(?P<by>{NUMBER}))?)(?![\d:^])"
)
_AND_PART = re.compile(
    r"(?i)(?<=\d)\s+and\s+(a\s+half|(?:a|one)\s+quarter|(?:a|one)\s+third|three\s+quarters|two\s+thirds)\b"
)
_PARTS = {"a half": "1/2", "a quarter": "1/4", "one quarter": "1/4", "a third": "1/3", "one third": "1/3"}
_PARTS |= {"three quarters": "3/4", "two thirds": "2/3"}
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3}){1,5}(?!\d)")
_SCALE = re.compile(r"(?i)\s*\b(dozen|hundred|thousand|lakh|million|crore|billion|trillion)\b|(?<=\d)([kKM])\b")
_RATIO = re.compile(rf"^({NUMBER})((?:\s*(?::|\bto\b)\s*{NUMBER}){{1,4}})$")


def amount(text: str) -> str:
    """The canonical text of one amount, empty if `text` is something else."""
    return _sum_of_units(text) or _number(text) or clock(text) or _proportion(text)


def _sum_of_units(text: str) -> str:
    parts = compound(text) if text[0].isdigit() else []
    return " ".join(f"{number} {unit}" for number, unit in parts)


def _number(text: str) -> str:
    text = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), text)
    text = _AND_PART.sub(lambda part: " " + _PARTS[" ".join(part[1].lower().split())], text)
    match = _QUANTITY.match(text)
    if match is None:
        if not MATH.search(text) or (text[0] in "([{" and "," in text):
            return ""
        result = value_of(without_unit(text.removesuffix("%")))
        return "" if result is None else written(result) + "%" * text.endswith("%")
    value = _quantity(match)
    rest = text[match.end() :]
    if value is None:
        return ""
    if scale := _SCALE.match(rest):
        value *= SCALES[scale[1].lower()] if scale[1] else {"k": 10**3, "K": 10**3, "M": 10**6}[scale[2]]
        rest = rest[scale.end() :]
    if not rest.strip():
        return written(value)
    if percent := re.match(rf"(?i)\s*{PERCENT}", rest):
        tail = rest[percent.end() :]
        if not tail.strip() or is_unit(tail) or tail.lstrip().startswith(("of ", "off")):
            return written(value) + "%"
    if is_unit(rest):
        return "" if clock(text) else written(value)
    result = value_of(without_unit(text))
    return "" if result is None else written(result)


def _quantity(match: re.Match[str]) -> Fraction | None:
    if match["whole"]:
        if int(match["under"]) == 0:
            return None
        value: Fraction | None = int(match["whole"]) + Fraction(int(match["over"]), int(match["under"]))
    else:
        value = exact(match["number"])
        if value is not None and match["by"]:
            under = exact(match["by"])
            value = value / under if under else None
    if value is None:
        return None
    return -value if (match["sign"] == "-") != (match["inner"] == "-") else value


def without_unit(text: str) -> str:
    """The expression without the unit words, currency and degree signs around it."""
    text = text.replace("$", "").replace("°", "")
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    tail = re.search(r"(?<=[\d})])\s*[a-zA-Z][a-zA-Z ./]*(?:\^\s?\{?[23]\}?)?$", text)
    return text[: tail.start()] if tail and is_unit(tail[0]) else text


def _proportion(text: str) -> str:
    match = _RATIO.match(text)
    terms = [exact(term) for term in re.findall(NUMBER, text)] if match else []
    known = [term for term in terms if term is not None]
    return _ratio(known) if known and len(known) == len(terms) else ""


def _ratio(terms: list[Fraction]) -> str:
    scale = Fraction(1)
    for term in terms:
        scale *= term.denominator
    whole = [int(term * scale) for term in terms]
    divisor = gcd(*whole)
    return ":".join(str(number // (divisor or 1)) for number in whole)
