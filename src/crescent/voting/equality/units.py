"""What is a unit, and units of the same dimension: 2 hours are 120 minutes, and 5 minutes are not 5 hours.

Amounts of units matter only where both answers name one of `_TABLE`; elsewhere a unit is what follows a number and does
not count: a unit of the tables, or words of a language ("18 red apples"). Letters that may be factors are none: `2ab`,
`2 a b`, `3t`, `5!`. A unit of one letter stands apart from its number or upright: `5 m`, `5\\text{m}`, not `5m`.
"""

import re
from fractions import Fraction

from crescent.voting.equality.numerals import NUMBER, exact

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
_MORE = re.compile(
    r"[munpkMGT]?(?:Hz|W|J|Pa|V|eV|bit|Bps|bps|cal|mol|Wh)|[kKMGT]B|km/?h|kph|mph|mps|fps|rpm|psi|hp|cc|gal|qt|yrs?|wks?|"
    r"deg|rad|sq|cu|units?|usd|eur|gbp|cad|aud|inr|rmb|kr|dm|nm|cL|dL|mL|kL|ms|dB|ppm|atm|kcal|tbsp|tsp|pcs|ft|yds?",
)
"""Units beyond those of `_TABLE`, and short ones that do not look like a word."""
_ATTACHED = re.compile(
    r"cm|mm|km|kg|mg|m[lL]|lbs?|oz|ft|hrs?|mins?|secs?|mph|kmh|km/h|[kMGT]B|[kM]?Hz|[kM]?W|kWh|deg|usd|USD|EUR|kr|yrs?|in"
)
"""Units that may touch their number: `10cm`."""
_ONE_LETTER = re.compile(r"[mgshLlKNJWVAΩ]")
_NOT_UNITS = re.compile(
    r"(?i)(?:and|or|to|plus|minus|times|sin|cos|tan|cot|sec|csc|arc(?:sin|cos|tan)|sinh|cosh|tanh|log|ln|lg|exp|"
    r"sqrt|pi|mod|modulo|"
    r"if|when|where|for|than|is|are|equals?|squared|cubed|factorial|choose|over|divided|multiplied|raised|base|by|point|"
    r"alpha|beta|gamma|delta|theta|lambda|sigma|omega|phi|mu|halves|thirds|fifths|sixths|sevenths|eighths|ninths|tenths|third|"
    r"fifth|sixth|eighth|tenth|gcd|lcm|det|max|lim|frac|cdot|infinity|negative|positive|unknown)\b"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_VOWEL = re.compile(r"[aeiouyäöüéèáàâêîôûåøæ]", re.I)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_MATH = re.compile(r"[=<>+*|∪^_{}\\√π!]|\d")
_POWER = re.compile(r"\^\s?\{?\s?-?[1-4]\s?\}?")
_FACTOR_AFTER_POWER = re.compile(r"\^\s?\{?\s?-?[1-4]\s?\}?[A-Za-z(]")
_SIGN = re.compile(r"°|[$€£¥₹¢]")


def is_unit(tail: str) -> bool:
    """Whether `tail`, what follows a number, is a unit or words for what is counted, and not factors."""
    apart = tail[:1].isspace() or tail[:1] in "([{"
    rest = tail.strip().lstrip("([{").strip()
    if sign := _SIGN.match(rest):
        rest = rest[sign.end() :].strip()
        return not _MATH.search(rest) and (not rest or len(rest) <= 2 or bool(_WORD.match(rest)) or rest[0] in ".)]/")
    per = re.match(r"/\s?|per\b\s?", rest)
    if per:
        rest, apart = rest[per.end() :], True
    word = _WORD.match(rest)
    if (
        word is None
        or _FACTOR_AFTER_POWER.search(rest)
        or _MATH.search(_POWER.sub("", rest))
        or len(_POWER.findall(rest)) > 2
    ):
        return False
    if word[0].lower() in ("a", "an", "the") and (following := _WORD.match(rest, word.end() + 1)):
        return len(following[0]) > 2 and _is_word(following[0])
    powers = [power.start() for power in _POWER.finditer(rest)]
    if _NOT_UNITS.match(rest):
        return False
    if len(word[0]) == 1:
        return apart and bool(_ONE_LETTER.fullmatch(word[0])) and not _next_letter(rest[1:])
    if not apart:
        plural = len(word[0]) > 3 and (word[0].endswith("s") or len(word[0]) > 5)
        return bool(_ATTACHED.fullmatch(word[0])) or (not powers and plural and _is_word(word[0]))
    if _unit(word[0]) or _MORE.fullmatch(word[0]) or _MORE.fullmatch(word[0].lower()):
        return True
    return len(word[0]) > (3 if powers else 2) and _is_word(word[0])


def _next_letter(rest: str) -> bool:
    """Whether a letter is followed by another single letter that is no unit: `m n` are factors, `m / s` is a unit."""
    following = re.match(r"\s+([A-Za-z])(?![A-Za-z])", rest)
    return bool(following) and not rest.lstrip().startswith("/")


def _is_word(word: str) -> bool:
    """Whether letters are a word of a language rather than variables side by side: `apples`, not `abc` or `xyz`."""
    if not word.isascii():
        return True
    lower = word.lower()
    return (
        bool(_VOWEL.search(lower))
        and lower not in _ALPHABET
        and lower not in ("xyz", "xyzw", "abx", "axy", "bxy", "xya")
    )


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
