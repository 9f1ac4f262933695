"""Numbers as people and models write them, and their exact values.

`NUMBER` is unsigned: digits with thousands separators (western 1,200 and Indian 1,00,000, the LaTeX forms 1{,}200 and
1\\,200, thin and fixed spaces), a decimal part, or a decimal part alone (.5). All patterns are bounded or free of
overlapping repeats, so that matching takes linear time on any text.
"""

import re
from fractions import Fraction

SEPARATOR = r"(?:,|\{,\}|,\\!|\\,|[\u00a0\u2009\u202f'])"
INTEGER = rf"(?:\d{{1,3}}(?:{SEPARATOR}\d{{2,3}}){{0,8}}{SEPARATOR}\d{{3}}(?!\d)|\d+)"
NUMBER = rf"(?:{INTEGER}(?:\.\d+)?|\.\d+)"
POWER_OF_TEN = r"(?:[eE][-+]?\d{1,4}(?!\w)|\s?(?:[x×*·]|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?[{(]?[-−+]?\d{1,4}[)}]?)"
CURRENCY = r"(?:(?:US|AU|CA|A|C|S|HK|NZ|R)?\\?\$|[€£¥₹₩₽₫฿]|Rs\.?|INR|USD|EUR|GBP)"
MAX_DIGITS = 100
"""Longer numerals and results are not evaluated: a guard against texts made to be slow."""

MAX_PLACES = 40

_SHORT = re.compile(r"\$?(-?)([0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,12})(?:\.([0-9]{1,9}))?")
_JUNK = re.compile(r"\{,\}|\\[,!]|[,\u00a0\u2009\u202f']")
_POWER = re.compile(r"^(.*?)(?:[eE]|\s?(?:[x×*·]|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?[{(]?)([-−+]?\d{1,4})[)}]?$")
_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9,
    "trillion": 10**12,
}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5}
_PARTS |= {"fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10}
_FIRST_WORD = "|".join([*_UNITS, *_TENS, *SCALES, "half a dozen", "a dozen", "a half"])
_NEXT_WORD = "|".join([*_UNITS, *_TENS, *SCALES, *_PARTS])
_DIGIT_WORD = "|".join(["oh", *list(_UNITS)[:10]])
NUMBER_WORDS = re.compile(
    rf"(?i)\b(?:minus |negative )?(?:{_FIRST_WORD})\b(?:(?:-|\s)(?:and\s)?(?:an?\s)?(?:{_NEXT_WORD})\b){{0,8}}"
    rf"(?:\spoint(?:\s(?:{_DIGIT_WORD})\b){{1,9}})?"
)


def exact(numeral: str) -> Fraction | None:
    """The value of a `NUMBER`, possibly signed or with a power of ten; None if it is none or too long.

    A decimal that differs from a short one only by binary rounding, as programs print it (17.999999999999996), has the
    value of the short one.
    """
    text = _JUNK.sub("", numeral).replace("−", "-")
    exponent = 0
    if not text.isascii() or len(text) > MAX_DIGITS:
        return None
    if not text.isdigit() and (power := _POWER.match(text)):
        text, exponent = power[1], int(power[2].replace("−", "-"))
    if abs(exponent) > MAX_DIGITS:
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    if exponent:
        value *= Fraction(10) ** exponent
    elif len(text) > 15 and "." in text and "/" not in text:
        value = _unrounded(value, len(text) - text.index(".") - 1)
    return value


def _unrounded(value: Fraction, decimals: int) -> Fraction:
    """The short decimal nearby, if `value` has many decimals and differs from it in the last two alone."""
    if not 10 <= decimals <= 18:  # no program prints more of a binary number
        return value
    short = round(value, 6)
    return short if short and abs(value - short) <= Fraction(100, 10**decimals) else value


def written(value: Fraction) -> str:
    """The one way a rational number is written: an integer, a decimal of at most 40 places, else a reduced fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0 and twos <= MAX_PLACES:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0 and fives <= MAX_PLACES:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > MAX_PLACES:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def short_number(text: str) -> str:
    """`written(exact(text))` of a short number with or without a dollar sign, without the arithmetic; else empty."""
    match = _SHORT.fullmatch(text)
    if match is None:
        return ""
    sign, whole, decimals = match.groups("")
    whole = whole.replace(",", "").lstrip("0") or "0"
    if decimals := decimals.rstrip("0"):
        return f"{sign}{whole}.{decimals}"
    return "0" if whole == "0" else sign + whole


def from_words(text: str) -> Fraction | None:
    """The value of a number written in English words ("twenty-one", "a dozen", "two and a half", "three quarters")."""
    words = re.findall(r"[a-z]+", text.lower())
    if not words or len(words) > 12 or len(text) > 100:
        return None
    if words[0] in ("minus", "negative"):
        value = from_words(" ".join(words[1:]))
        return None if value is None else -value
    if words[:3] == ["half", "a", "dozen"] and len(words) == 3:
        return Fraction(6)
    if words[-4:] == ["dozen", "and", "a", "half"]:
        dozens = _cardinal(words[:-3])
        return None if dozens is None else dozens + 6
    if "point" in words:
        point = words.index("point")
        whole, digits = (
            _cardinal(words[:point]),
            [_UNITS.get("zero" if word == "oh" else word, 10) for word in words[point + 1 :]],
        )
        if whole is None or not digits or max(digits) > 9:
            return None
        return whole + Fraction(int("".join(map(str, digits))), 10 ** len(digits))
    return _words_with_parts(words)


def _words_with_parts(words: list[str]) -> Fraction | None:
    if words[-1] not in _PARTS:
        return _cardinal(words)
    part = Fraction(1, _PARTS[words[-1]])
    rest = words[:-1]
    if "and" in rest:
        split = len(rest) - 1 - rest[::-1].index("and")
        whole, rest = _cardinal(rest[:split]), rest[split + 1 :]
    else:
        whole = Fraction(0)
    count = Fraction(1) if rest in ([], ["a"], ["one"]) else _cardinal(rest)
    return None if whole is None or count is None else whole + count * part


def _cardinal(words: list[str]) -> Fraction | None:
    if not words or "and" in (words[0], words[-1]):
        return None
    if words[0] in ("a", "an"):
        words = ["one", *words[1:]]
        if len(words) == 1 or words[1] not in SCALES:
            return None
    total = current = 0
    last = 10**15
    for word in words:
        if word == "and":
            continue
        if word in _UNITS or word in _TENS:
            value = _UNITS.get(word, _TENS.get(word, 0))
            if last <= value or (word in _UNITS and value >= 10 and last < 100) or (last < 20 and word in _UNITS):
                return None
            current, last = current + value, value
        elif word in ("hundred", "dozen"):
            current, last = (current or 1) * SCALES[word], 100
        elif word in SCALES:
            total, current, last = total + (current or 1) * SCALES[word], 0, SCALES[word]
        else:
            return None
    return Fraction(total + current)
