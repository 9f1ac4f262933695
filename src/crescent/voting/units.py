"""Units of the same dimension: 2 hours are 120 minutes, and 5 minutes are not 5 hours.

Units matter only where both answers name one that stands here; elsewhere they are words after a number.
"""

import re
from fractions import Fraction

from crescent.voting.numerals import NUMBER, exact

_TABLE: dict[str, dict[str, int | Fraction]] = {
    "time": {
        "s|secs?|seconds?": 1, "mins?|minutes?": 60, "h|hrs?|hours?": 3600, "days?": 86400, "weeks?": 604800,
    },
    "length": {
        "mm|millimet(?:er|re)s?": 1, "cm|centimet(?:er|re)s?": 10, "m|met(?:er|re)s?": 1000,
        "km|kilomet(?:er|re)s?": 10**6,
        "in|inch(?:es)?": Fraction(254, 10), "ft|foot|feet": Fraction(3048, 10), "yds?|yards?": Fraction(9144, 10),
        "mi|miles?": 1609344,
    },
    "weight": {
        "mg|milligrams?": Fraction(1, 1000), "g|grams?": 1, "kg|kilos?|kilograms?": 1000,
        "oz|ounces?": Fraction("28.349523125"),
        "lbs?|pounds?": Fraction("453.59237"), "tons?|tonnes?": 10**6,
    },
    "volume": {"ml|millilit(?:er|re)s?": 1, "l|lit(?:er|re)s?": 1000},
    "money": {r"\$|dollars?|usd": 100, "¢|cents?|pennies|penny": 1},
}  # fmt: skip
_UNITS = [
    (re.compile(pattern, re.I), dimension, Fraction(factor))
    for dimension, units in _TABLE.items()
    for pattern, factor in units.items()
]
_QUANTITY = re.compile(rf"(?P<sign>[-−]?)(?P<before>\$?)\s?(?P<number>{NUMBER})\s?(?P<after>[A-Za-z]+|[$¢]|)\.?")


def quantity(text: str) -> tuple[str, Fraction] | None:
    """Dimension and amount, in the smallest unit of its row, of a text that is one number with one known unit."""
    if len(text) > 60:
        return None
    match = _QUANTITY.fullmatch(re.sub(r"\\text\{([^{}]*)\}|[\\{}*~]", r"\1", text).strip())
    if match is None or (match["before"] and match["after"]):
        return None
    value = exact(match["number"])
    name = match["before"] or match["after"]
    for pattern, dimension, factor in _UNITS:
        if value is not None and name and pattern.fullmatch(name):
            return dimension, (-value if match["sign"] else value) * factor
    return None
