"""Which canonical texts are worth a symbolic comparison, and how they are written for it."""

import re

from crescent.voting.forms import is_rational
from crescent.voting.symbolic import comparer

_FORMULA = re.compile(r"[\\^_<>+*/|∪∩∞π±√{}()\[\]\d]|^[A-Za-z]$")
_PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,} [a-zA-Z]{2,}")
_EQUALS = re.compile(r"(?<![<>!])=")
_NAMED = re.compile(r"^[A-Za-z](?:\(\w\))?=")
_LATEX = str.maketrans({"π": r"\pi ", "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ", "±": r"\pm ", "∅": r"\emptyset "})


def same_formula(one: str, other: str) -> bool:
    """Whether two different canonical texts are the same formula. `y = 2x + 3` is `2x + 3`, and is not `z = 2x + 3`."""
    if bool(_EQUALS.search(one)) != bool(_EQUALS.search(other)):
        one, other = _NAMED.sub("", one), _NAMED.sub("", other)
        if one == other:
            return True
    return _comparable(one, other) and comparer.same(_latex(one), _latex(other))


def _comparable(one: str, other: str) -> bool:
    """Whether the texts may be one formula: not both numbers, no prose, alike in being equations and in brackets."""
    if is_rational(one) and is_rational(other):
        return False
    if any(not _FORMULA.search(key) or _PROSE.search(key) or key.endswith(("%", "am", "pm")) for key in (one, other)):
        return False
    if {one[0], other[0]} in ({"{", "("}, {"{", "["}):
        return False
    if (is_rational(one) and other[0] in "{([") or (is_rational(other) and one[0] in "{(["):
        return False
    return bool(_EQUALS.search(one)) == bool(_EQUALS.search(other))


def _latex(key: str) -> str:
    text = key.translate(_LATEX)
    if text.startswith("{") and text.endswith("}"):
        text = r"\{" + text[1:-1] + r"\}"
    return text
