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
_ONE = rf"(?P<sign>[-−]?)(?P<before>\$?)\s?(?P<number>{NUMBER})\s?(?P<after>[A-Za-z]+|[$¢]|)\.?"
_QUANTITY = re.compile(_ONE)
COMPOUND = re.compile(
    rf"({NUMBER})\s?([A-Za-z]+)\.?(?:,|,?\s+and)?\s+({NUMBER})\s?([A-Za-z]+)\.?(?:(?:,|,?\s+and)?\s+({NUMBER})\s?([A-Za-z]+)\.?)?"
)
_LATEX = re.compile(r"\\(?:text|mathrm)\s?\{([^{}]*)\}|[\\{}*~]")


def quantity(text: str) -> tuple[str, Fraction] | None:
    """Dimension and amount, in the smallest unit of its row, of a text that is a number with a known unit.

    Sums of one dimension count ("2 hours 30 minutes").
    """
    if len(text) > 60:
        return None
    text = " ".join(_LATEX.sub(lambda match: f" {match[1]} " if match[1] else "", text).split())
    if parts := compound(text):
        amounts = [_amount(number, name) for number, name in parts]
        dimensions = {amount[0] for amount in amounts if amount is not None}
        if None in amounts or len(dimensions) != 1:
            return None
        return dimensions.pop(), sum((amount[1] for amount in amounts if amount is not None), Fraction(0))
    match = _QUANTITY.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        return None
    amount = _amount(match["number"], match["before"] or match["after"])
    return amount and (amount[0], -amount[1] if match["sign"] else amount[1])


def compound(text: str) -> list[tuple[str, str]]:
    """Numbers and units of a text like "5 feet 6 inches"; empty if it is none."""
    match = COMPOUND.fullmatch(text)
    if match is None:
        return []
    parts = [(match[index], match[index + 1].lower()) for index in (1, 3, 5) if match[index]]
    return parts if all(_unit(name) for _, name in parts) else []


def _amount(number: str, name: str) -> tuple[str, Fraction] | None:
    value, unit = exact(number), _unit(name)
    return None if value is None or unit is None else (unit[0], value * unit[1])


def _unit(name: str) -> tuple[str, Fraction] | None:
    """Dimension and factor of a unit's name."""
    for pattern, dimension, factor in _UNITS:
        if name and pattern.fullmatch(name):
            return dimension, factor
    return None
