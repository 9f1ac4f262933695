"""Which of comma and point is the decimal one, where a number itself, or the unit after it, says so.

    1.234,50      1,234.50     both: the last is the decimal one
    1.234.567     1,234,567    points before groups of three, more than one
    0,125         0.125        no group of three follows a zero alone
    3{,}5         3.5          LaTeX's way to write a decimal comma (answers alone)
    3,5 Meter     3.5 Meter    a unit after one or two decimals, or four and more
    12,50 €       12.50 €      and money before or after them
    1 234,50 €    1,234.50 €   groups of three by spaces

Three digits after one comma are thousands (3,500 people), commas with nothing of the above a list (3,5). What the
language of a whole text says beyond that is in `crescent.voting.reading.languages`.
"""

import re

_POSSIBLE = re.compile(r"\d(?:,\d|\.\d{3}[.,]\d)")
_START = r"(?<![\d.,])"
_END = r"(?![\d,]|\.\d)"
_BOTH = re.compile(rf"{_START}\d{{1,3}}(?:\.\d{{3}})+,\d{{1,9}}{_END}")
_GROUPS = re.compile(rf"{_START}[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}(?!\d|[.,]\d)")
_ZERO = re.compile(rf"(?<![\d.,(\[{{])0,\d{{3,9}}{_END}")  # not the point (0,125)
_MONEY = r"(?:kr\b|kroner\b|€|[Ee]uros?\b|EUR\b|zł|₽|R\$|\$(?!\s?\d)|francs?\b|Franken\b|CHF\b)"
_WORDS = (
    r"(?:(?:[kmcd]|Kilo|Zenti|Milli|Dezi|kilo|centi|milli|déci)?(?:[Mm]eters?|[Mm]etres?|mètres?|[Gg]ramm?e?s?|[Ll]it[er]{2}s?)"
    r"|metros?|litros?|gramos?|quilos?|kilos?|Kilo|Tonnen?|tonnes?"
    r"|Stunden?|Minuten?|Sekunden?|Tagen?|Wochen?|Jahren?|heures?|minutes?|secondes?|jours?|hours?|seconds?|days?|weeks?"
    r"|horas?|minutos?|segundos?|dias?|días?|Prozent|pour cent|percent|Grad|degrés?)\b"
)
_SHORT = r"(?:[kmcd]?m[²³]?|[km]?g|[mcd]?[lL]|km/h|k?Wh?|min|h|s|ha)(?![\w'’])|°|%|\\%"
_UNIT = re.compile(rf"{_START}\d{{1,9}},(?:\d\d?|\d{{4,9}})(?=(?:\s|\\,|~)?(?:{_MONEY}|{_WORDS}|{_SHORT}))")
_PAID = re.compile(rf"{_START}(?:(?<=[$€£])|(?<=[$€£] ))\d{{1,9}},\d\d(?![\d,])")
_SPACES = re.compile(
    rf"{_START}(?<!\d[ \u00a0\u2009\u202f])\d{{1,3}}(?:(?:[\u00a0\u2009\u202f]\d{{3}})+,\d{{1,2}}{_END}"
    rf"|(?: \d{{3}})+(?:,\d{{1,2}})?(?=\s?(?:€|EUR\b|[Ee]uros?\b|CHF\b|kr\b|{_WORDS})))"
)
_BRACED = re.compile(r"(?<![\d.,}])(\d{1,9})\{,\}(\d\d?|\d{4,9})(?![\d.,{])")
_SWAP = str.maketrans(",.", ".,")
_GROUPED = str.maketrans(" \u00a0\u2009\u202f,", ",,,,.")


def in_english(text: str) -> str:
    """`text` with such numbers as English writes them; of the same length, so that places in it stay true."""
    if _POSSIBLE.search(text) is None and _SPACES.search(text) is None:
        return text
    text = _SPACES.sub(grouped, text)
    for pattern in (_BOTH, _GROUPS, _ZERO, _UNIT, _PAID):
        text = pattern.sub(swapped, text)
    return text


def unbraced(text: str) -> str:
    """`text` with LaTeX's decimal commas as points: 3{,}5, and not the thousands of 1{,}200."""
    return _BRACED.sub(r"\1.\2", text) if "{,}" in text else text


def grouped(match: re.Match[str]) -> str:
    """A number with its spaces as commas and its comma as a point."""
    return match[0].translate(_GROUPED)


def swapped(match: re.Match[str]) -> str:
    """A number with its commas as points and its points as commas."""
    return match[0].translate(_SWAP)
