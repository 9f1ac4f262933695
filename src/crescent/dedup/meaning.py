"""What a question asks to do: the words of operations in the sentence that asks, and its formulas without figures.

Short questions share framing words ("Expand the product ...", "What is the sum of ...") though they are different
problems: a few words, or the formula, carry the meaning. Near-duplicates by shingles must agree in these. Other figures
in the same formula are the same problem: `(x+3)(x-2)` is like `(x+5)(x-7)`, and not like `(x+5)^2`.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_OPERATIONS = re.compile(
    r"\b(?:sums?(?! of (?:money|cash)\b)|products?|differences?|quotients?|remainders?|reciprocals?|inverses?"
    r"|not|(?:in)?distinguishable|identical|"
    r"greatest|least|largest|smallest|maximum|minimum|maximi[sz]e|minimi[sz]e|highest|lowest|fewest|mean"
    r"|median|mode|range|"
    r"area|perimeter|circumference|volume|radius|diameter|hypotenuse|factors?|multiples?|divisors?|even|odd"
    r"|primes?|composite|"
    r"positive|negative|increased?|decreased?|without|adjacent|clockwise|counterclockwise|horizontal|vertical|"
    r"numerator|denominator|unions?|intersections?|permutations?|combinations?|sine|cosine|tangent|cotangent"
    r"|secant|cosecant|"
    r"slope|intercepts?|domain|vertex|focus|directrix|asymptotes?|real|complex|rational|irrational|integers?|"
    r"expand|factor|simplify|evaluate|solve|add|subtract|multiply|divide|round(?:ed)?|"
    r"(?<=many )(?:more|fewer|less)|(?<=much )(?:more|fewer|less)|(?<=number of )(?:more|fewer)|(?<=amount "
    r")(?:more|less))\b"
)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n")
_ASKS = re.compile(
    r"\?|\b(?:find|calculate|compute|determine|express|simplify|expand|factor|evaluate|solve|what|how)\b"
)
_FORMULA = re.compile(r"\$\$?([^$\n]{1,300})\$\$?|\\\((.{1,300}?)\\\)|\\\[(.{1,300}?)\\\]", re.S)
_MATHEMATICS = re.compile(r"[\\^_=+*<>]|[a-zA-Z]|\d\s?[-/(]")
_PROSE = re.compile(
    r"(?<![\\a-zA-Z{])(?:[a-zA-Z]{3,}(?![a-zA-Z}])|(?:or|of|on|in|at|to|is|he|by|an|if|it|we|as|so|no)(?=\s))"
)
_LAYOUT = re.compile(r"\\(?:left|right|displaystyle|[,;:! ]|cdot|times|quad)|[\s{}.,;~]|\*")
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")


def meaning(text: str) -> str:
    """The operations and the masked formulas of a question, as one text; empty where it has neither."""
    lowered = text.casefold()
    asking = [part for part in _SENTENCE.split(lowered.replace("?", "??")) if part and _ASKS.search(part)]
    words = sorted({word[0].rstrip("s") for word in _OPERATIONS.finditer(asking[-1])}) if asking else []
    return " ".join([*words, *_formulas(text)])


def _formulas(text: str) -> list[str]:
    if "$" not in text and "\\" not in text:
        return []
    found = []
    for match in _FORMULA.finditer(text):
        formula = match[1] or match[2] or match[3]
        if _MATHEMATICS.search(formula) and not _PROSE.search(formula):
            found.append(_NUMERAL.sub("#", _LAYOUT.sub("", formula)))
    return sorted({formula for formula in found if re.search(r"[^#/%\\$-]", formula)})  # more than amounts


def meanings(texts: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each text, equal for texts that ask for the same operations on the same formulas."""
    digests = [blake2b(meaning(text).encode(), digest_size=8).digest() for text in texts]
    return np.frombuffer(b"".join(digests), "<u8")
