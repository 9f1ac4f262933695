"""Which figures a question is about. A paraphrase keeps them; another problem rarely has all of the same ones."""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_ONES = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
_WORDS = {word: value for value, word in enumerate(_ONES) if value > 1}  # "one" is a pronoun more often than a figure
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "dozen": 12}
_FIGURE = re.compile(
    rf"(?<![\w.])\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{'|'.join([*_WORDS, *_SCALES, 'one', 'and'])})s?\b|[a-z]+"
)
FEWEST = 2
"""Different figures that a question needs: one alone is shared by too many problems."""


def figures(text: str) -> frozenset[float]:
    """The different numbers in a text, in digits or in English words; 0 and 1 are not counted.

    "twenty-one" is 21 and "three hundred and five" 305; units, signs and percent are not looked at.
    """
    found: set[float] = set()
    whole, part, open_number = 0.0, 0.0, False
    for match in _FIGURE.finditer(text.casefold().replace("-", " ")):
        word = match[0]
        stem = word if word in _WORDS or word in _SCALES else word.removesuffix("s")
        if stem in _WORDS or (stem == "one" and open_number):
            value = _WORDS.get(stem, 1)
            if open_number and not (part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)):
                found.add(whole + part)
                whole = part = 0.0
            part += value
            open_number = True
        elif stem in _SCALES:
            scale = _SCALES[stem]
            part = max(part, 1) * scale
            if scale >= 1000:
                whole, part = whole + part, 0.0
            open_number = True
        elif word == "and" and open_number:
            continue
        else:
            if open_number:
                found.add(whole + part)
                whole, part, open_number = 0.0, 0.0, False
            if word[0].isdigit():
                part, open_number = float(word.replace(",", "")), True
    if open_number:
        found.add(whole + part)
    return frozenset(found - {0.0, 1.0})


def fingerprints(texts: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each text that is equal for texts with the same figures; 0 for those with fewer than `FEWEST`."""
    return np.array([_fingerprint(figures(text)) for text in texts], np.uint64)


def _fingerprint(found: frozenset[float]) -> int:
    if len(found) < FEWEST:
        return 0
    written = " ".join(f"{value:g}" for value in sorted(found))
    return int.from_bytes(blake2b(written.encode(), digest_size=8).digest(), "little") or 1
