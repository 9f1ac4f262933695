"""The tokens of formulas. Letters side by side are variables, unless they are the name of a function or a word."""

import re
from typing import NamedTuple

_FUNCTIONS = (
    "arcsinh|arccosh|arctanh|arcsin|arccos|arctan|arccot|sinh|cosh|tanh|coth|sin|cos|tan|cot|sec|csc|ln|log|lg|exp"
)
_GREEK = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|rho|sigma"
    "|tau|upsilon|"
    "phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Sigma|Phi|Psi|Omega|ell"
)
_TOKEN = re.compile(
    r"(?P<space>[\s\0]+)|(?P<number>\d+(?:\.\d+)?|\.\d+)"
    rf"|(?P<function>\\(?:{_FUNCTIONS})(?![a-zA-Z])|(?:{_FUNCTIONS}|sqrt)(?![a-z]{{2}}))"
    rf"|(?P<greek>\\(?:{_GREEK})(?![a-zA-Z]))"
    r"|(?P<pi>π|\\pi(?![a-zA-Z])|pi(?![a-z]))|(?P<command>\\(?:frac|sqrt|binom)(?![a-zA-Z]))"
    r"|(?P<letter>[a-zA-Zα-ωΑ-Ω])|(?P<sign>\*\*|[-+*/^_(){}\[\]|!°%√])"
)
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}")
_KNOWN = re.compile(rf"{_FUNCTIONS}|sqrt|pi")


class NotAFormulaError(Exception):
    """The text is not a formula of the kind described above."""


class Token(NamedTuple):
    """One sign, number, letter or command of a formula."""

    kind: str
    text: str


def tokens_of(text: str) -> list[Token]:
    """The tokens of a formula. Raises `NotAFormulaError` where something else stands, such as words."""
    for word in _WORD.finditer(text):
        left = _KNOWN.sub("", word[0])
        if len(left) > 4 or (len(left) >= 3 and not re.search(r"[\d+*/^=]", text)):
            raise NotAFormulaError
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotAFormulaError
        position = match.end()
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup or "", match[0]))
    return tokens
