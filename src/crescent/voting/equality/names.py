"""What may stand left of an equals sign as the name of the answer, and is dropped: `x = 5` is 5.

    x  x_1  a_{10}  \\theta  AB  f(2)  P(A \\cap B)  |AB|  \\overline{AB}  \\angle ABC  m\\angle A  (x, y)  a:b
    Total cost    cost per day    Number of tickets

No names, but sides of an equation: `xy`, `x/y`, `2x`, `\\sin x`, `\\sqrt{x}`, `|x|`, `x + y`.
"""

import re

_GREEK = (
    r"\\(?:alpha|beta|gamma|delta|(?:var)?epsilon|zeta|eta|(?:var)?theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|"
    r"upsilon|(?:var)?phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Sigma|Phi|Psi|Omega|ell)(?![a-zA-Z])"
)
_SUBSCRIPT = r"(?:_(?:\{[^{}]{1,20}\}|\w))?"
_LETTER = rf"(?:[A-Za-zα-ωΑ-Ω]|{_GREEK}|π){_SUBSCRIPT}'{{0,3}}"
_SYMBOL = re.compile(rf"{_LETTER}(?:\s?\([^()=]{{1,40}}(?:\([^()]{{0,20}}\)[^()=]{{0,20}})?\))?")
_DECORATED = re.compile(
    r"(?:[mM]\s?)?(?:\\(?:angle|triangle|measuredangle)|∠|△)\s?[A-Z]{1,4}"
    r"|\\(?:overline|vec|hat|bar|tilde|dot|widehat|overrightarrow|underline)\s?(?:\{[A-Za-z]{1,4}\}|[A-Za-z])"
    r"|\\frac\{[A-Z]{2}\}\{[A-Z]{2}\}|[A-Z]{2}\s?[/:]\s?[A-Z]{2}"
    r"|[|]\s?(?:[A-Z]{2}|\\(?:vec|overrightarrow|overline)\s?\{[A-Za-z]{1,2}\})\s?[|]|[A-Z]{2,5}'?"
    r"|\{?\[?[A-Za-z]{1,3}[\])]?\}?"
)
_TUPLE = re.compile(rf"\(?\s?{_LETTER}(?:\s?[,:]\s?{_LETTER}){{1,5}}\s?\)?")
_PHRASE = re.compile(r"[^\W\d_][^\W\d_]*(?:[ /'’():.-]+[^\W\d_]+|[ ]\(?\d{1,2}\)?)*[ ):']*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_VOWEL = re.compile(r"[aeiouyäöüéèáåøæ]", re.I)
_FUNCTION = re.compile(
    r"\b(?:sin|cos|tan|cot|sec|csc|log|ln|exp|sqrt|lim|det|gcd|lcm|max|min|mod|a?rc(?:sin|cos|tan)|arg|deg)\b"
)
_NO_NAME = re.compile(r"[a-z]{2,3}")


def is_name(text: str) -> bool:
    """Whether the left side of an equation only names its right side."""
    text = " ".join(text.split())
    if not text or len(text) > 90 or _FUNCTION.search(text):
        return False
    if _SYMBOL.fullmatch(text):
        return True
    if _NO_NAME.fullmatch(text):
        return False
    if _DECORATED.fullmatch(text) or _TUPLE.fullmatch(text):
        return True
    if _PHRASE.fullmatch(text) is None:
        return not text.isascii() and text[0].isalpha() and not re.search(r"[\d+*/^\\]", text)
    return any(_VOWEL.search(word) for word in _WORD.findall(text)) or any(
        not word.isascii() for word in _WORD.findall(text)
    )
