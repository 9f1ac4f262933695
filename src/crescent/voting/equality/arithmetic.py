"""Exact value of a purely numeric expression: + - * / ^ !, brackets, percent, \\frac, \\binom, \\sqrt of squares.

Text from a model is never given to `eval`. Length, depth, exponents and the size of results are bounded; whatever is
not plain rational arithmetic has no value here (None) and is left to the symbolic comparison.
"""

import re
from fractions import Fraction
from math import comb, factorial, isqrt

from crescent.voting.equality.numerals import MAX_DIGITS, exact

MAX_LENGTH = 200
MAX_DEPTH = 20
MAX_FACTORIAL = 69
"""The largest number whose factorial has at most `MAX_DIGITS` digits."""
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(\\frac|\\[dt]?binom|\\sqrt|\*\*|[-+*/^(){}%√!]))")
_BOUND = 10**MAX_DIGITS


class _NoValueError(Exception):
    """The text is not rational arithmetic, or too big to be worked out."""


def value_of(expression: str) -> Fraction | None:
    """The rational value of `expression`, in the plain notation of `equality.latex.simplified`, or None."""
    if not expression or len(expression) > MAX_LENGTH:
        return None
    tokens = []
    position = 0
    stripped = expression.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            return None
        tokens.append(match[1] or match[2])
        position = match.end()
    parser = _Parser(tokens)
    try:
        value = parser.sum()
        return value if parser.position == len(tokens) else None
    except (_NoValueError, ZeroDivisionError, OverflowError):
        return None


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token or (expected and token not in expected):
            raise _NoValueError
        self.position += 1
        return token

    def sum(self) -> Fraction:
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return bounded(value)

    def product(self) -> Fraction:
        value = self.signed()
        while True:
            token = self.peek()
            if self.is_factor(token):  # "2^3 5", but not "3 4"
                value *= self.power()
            elif token == "*":
                self.take()
                value *= self.signed()
            elif token == "/":
                self.take()
                value /= self.signed()
            elif token in ("(", "\\sqrt", "√"):
                value *= self.power()
            elif token == "\\frac":  # an integer before a fraction is a mixed number, not a product
                part = self.power()
                value = value + part if value >= 0 else value - part
            else:
                return bounded(value)

    def is_factor(self, token: str) -> bool:
        """Whether a numeral after a space is a factor: the whole text is a product of powers."""
        return token[:1].isdigit() and "^" in self.tokens and not {"+", "-"} & set(self.tokens)

    def signed(self) -> Fraction:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _NoValueError
        try:
            if self.peek() in ("+", "-"):
                return self.signed() if self.take() == "+" else -self.signed()
            return self.power()
        finally:
            self.depth -= 1

    def power(self) -> Fraction:
        base = self.atom()
        while self.peek() in ("%", "!"):
            base = base / 100 if self.take() == "%" else _factorial(base)
            if self.tokens[self.position - 1] == self.peek() == "!":
                raise _NoValueError  # a double factorial
        if self.peek() not in ("^", "**"):
            return base
        self.take()
        exponent = self.group() if self.peek() == "{" else self.signed()
        if exponent.denominator != 1 or abs(exponent) > MAX_DIGITS:
            raise _NoValueError
        return bounded(bounded(base) ** int(exponent))

    def atom(self) -> Fraction:
        token = self.peek()
        if token == "\\frac":
            self.take()
            over = self.group()
            return over / self.group()
        if token.endswith("binom"):
            self.take()
            over, under = self.group(), self.group()
            if over.denominator != 1 or under.denominator != 1 or not 0 <= under <= over <= 200:
                raise _NoValueError
            return Fraction(comb(int(over), int(under)))
        if token in ("\\sqrt", "√"):
            self.take()
            return root(self.group() if self.peek() in ("{", "(") else self.atom())
        if token in ("(", "{"):
            return self.group()
        value = exact(self.take())
        if value is None:
            raise _NoValueError
        return value

    def group(self) -> Fraction:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _NoValueError
        opening = self.take("(", "{")
        value = self.sum()
        self.take(")" if opening == "(" else "}")
        self.depth -= 1
        return value


def _factorial(value: Fraction) -> Fraction:
    if value.denominator != 1 or not 0 <= value <= MAX_FACTORIAL:
        raise _NoValueError
    return Fraction(factorial(int(value)))


def bounded(value: Fraction) -> Fraction:
    """`value`, unless writing it out would take more than `MAX_DIGITS` digits."""
    if abs(value.numerator) > _BOUND or value.denominator > _BOUND:
        raise _NoValueError
    return value


def root(value: Fraction) -> Fraction:
    """The exact square root of the square of a rational."""
    if value < 0:
        raise _NoValueError
    over, under = isqrt(value.numerator), isqrt(value.denominator)
    if over * over != value.numerator or under * under != value.denominator:
        raise _NoValueError
    return Fraction(over, under)
