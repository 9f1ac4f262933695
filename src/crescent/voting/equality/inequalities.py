"""Inequalities as intervals: x < 3 is (-∞,3), 0 <= x < 1 is [0,1)."""

import re
from collections.abc import Callable

from crescent.voting.equality.amounts import MATH

_RELATION = re.compile(r"(<=|>=|<|>)")
_NAME = r"-?[A-Za-z](?:_\{?\w\}?)?(?:\([a-z]\))?"
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def interval(text: str, canonical: Callable[[str], str]) -> str:
    """The interval that an inequality in one letter describes, empty where `text` is none.

    `canonical` gives the canonical text of a bound.
    """
    parts = [part.strip() for part in _RELATION.split(text)]
    if len(parts) not in (3, 5) or "!=" in text or text.startswith(("{", "\\{")):
        return ""
    if len(parts) == 3:
        left, sign, right = parts
        if not re.fullmatch(_NAME, left):
            left, sign, right = right, _FLIPPED[sign], left
        negated = left.startswith("-")
        bound = _bound(right, canonical)
        if not re.fullmatch(_NAME, left) or not bound:
            return ""
        closed = "=" in sign
        if negated:
            sign, bound = _FLIPPED[sign], canonical(f"-({bound})")
        if sign.startswith("<"):
            return f"(-∞,{bound}{']' if closed else ')'}"
        return f"{'[' if closed else '('}{bound},∞)"
    low, first, name, second, high = parts
    if first[0] != second[0] or not re.fullmatch(_NAME.removeprefix("-?"), name):
        return ""
    if first[0] == ">":
        low, first, second, high = high, second, first, low
    below, above = _bound(low, canonical), _bound(high, canonical)
    if not below or not above:
        return ""
    return f"{'[' if '=' in first else '('}{below},{above}{']' if '=' in second else ')'}"


def _bound(text: str, canonical: Callable[[str], str]) -> str:
    return canonical(text) if MATH.search(text) and not re.search(r"[=<>]", text) else ""
