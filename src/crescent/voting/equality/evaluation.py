"""Values of formulas: exact rationals as far as they go, else complex numbers of any precision and size.

The work is bounded: powers, factorials and arguments beyond the limits below raise `UndecidedError`.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from crescent.voting.equality.expressions import Node

MAX_BITS = 100_000
"""Size of an exact rational."""
MAX_EXACT_FACTORIAL = 5000
MAX_EXPONENT = 10**6
MAX_ANGLE = 10**30

Number = Any
"""A Fraction or an mpmath number; mpmath has no types."""


class UndecidedError(Exception):
    """The value is too large, or not defined at this point."""


def evaluate(node: Node, values: Mapping[str, Fraction], precision: int) -> Number:
    """The value of a formula where its variables have `values`, to about `precision` decimal digits.

    Raises `UndecidedError` where it has none within the limits.
    """
    import mpmath

    with mpmath.workdps(precision):
        try:
            return _Evaluator(values, mpmath.mp).value(node)
        except (ZeroDivisionError, ValueError, OverflowError, ArithmeticError, MemoryError) as error:
            raise UndecidedError from error


class _Evaluator:
    def __init__(self, values: Mapping[str, Fraction], mp: Any) -> None:
        self.values = values
        self.mp = mp

    def inexact(self, number: Number) -> Number:
        if isinstance(number, Fraction):
            return self.mp.mpf(number.numerator) / number.denominator
        return number

    def value(self, node: Node) -> Number:
        if node.kind == "number":
            return node.value
        if node.kind == "name":
            return self.named(str(node.value))
        if node.kind == "^":
            return self.power(*map(self.value, node.parts))
        if node.kind == "degrees":
            return self.value(node.parts[0])
        if node.kind in _IN_DEGREES and _has_degrees(node.parts[0]):
            return self.function(node.kind, self.inexact(self.value(node.parts[0])) * self.mp.pi / 180)
        parts = [self.value(part) for part in node.parts]
        if node.kind == "-":
            return -parts[0]
        if node.kind in ("+", "*", "/"):
            return self.operation(node.kind, parts)
        return self.function(node.kind, parts[0])

    def named(self, name: str) -> Number:
        if name in self.values:
            return self.values[name]
        return {"π": +self.mp.pi, "e": +self.mp.e, "i": self.mp.mpc(0, 1)}[name]

    def operation(self, kind: str, parts: list[Number]) -> Number:
        if not all(isinstance(part, Fraction) for part in parts):
            parts = [self.inexact(part) for part in parts]
        if kind == "/":
            return bounded(parts[0] / parts[1])
        value = parts[0]
        for part in parts[1:]:
            value = value + part if kind == "+" else value * part
        return bounded(value)

    def power(self, base: Number, exponent: Number) -> Number:
        if isinstance(exponent, Fraction):
            if abs(exponent) > MAX_EXPONENT:
                raise UndecidedError
            if exponent.denominator == 1 and isinstance(base, Fraction):
                size = base.numerator.bit_length() + base.denominator.bit_length()
                if size * abs(exponent) > MAX_BITS:
                    raise UndecidedError
                return base ** int(exponent)
            if isinstance(base, Fraction) and base >= 0 and (exact := _root(base, exponent)) is not None:
                return exact
            if exponent.denominator == 1:
                return self.inexact(base) ** int(exponent)
            if exponent.denominator % 2 and self.mp.im(self.inexact(base)) == 0 and self.mp.re(self.inexact(base)) < 0:
                size = (-self.inexact(base)) ** self.inexact(exponent)  # the real root of an odd degree
                return -size if exponent.numerator % 2 else size
        elif abs(self.inexact(exponent)) > MAX_EXPONENT:
            raise UndecidedError
        base, exponent = self.inexact(base), self.inexact(exponent)
        if base == 0 and not self.mp.re(exponent) > 0:
            raise UndecidedError
        return base**exponent

    def function(self, name: str, argument: Number) -> Number:
        if name == "!":
            return self.factorial(argument)
        if name == "abs":
            return abs(argument)
        if name == "sqrt":
            return self.power(argument, Fraction(1, 2))
        argument = self.inexact(argument)
        if (
            abs(argument) > (MAX_EXPONENT if name in ("exp", "sinh", "cosh", "tanh", "coth") else MAX_ANGLE)
            and name != "ln"
        ):
            raise UndecidedError
        if name == "ln" and argument == 0:
            raise UndecidedError
        known = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arccot": "acot"}
        known |= {"arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh"}
        return getattr(self.mp, known.get(name, name))(argument)

    def factorial(self, argument: Number) -> Number:
        if isinstance(argument, Fraction) and argument.denominator == 1:
            if not 0 <= argument <= MAX_EXACT_FACTORIAL:
                raise UndecidedError
            from math import factorial

            return Fraction(factorial(int(argument)))
        if abs(self.inexact(argument)) > 1000:
            raise UndecidedError
        return self.mp.gamma(self.inexact(argument) + 1)


_IN_DEGREES = ("sin", "cos", "tan", "cot", "sec", "csc")


def _has_degrees(node: Node) -> bool:
    return node.kind == "degrees" or any(map(_has_degrees, node.parts))


def bounded(value: Number) -> Number:
    """`value`, unless it is a rational that has grown too large."""
    if isinstance(value, Fraction) and value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise UndecidedError
    return value


def _root(base: Fraction, exponent: Fraction) -> Fraction | None:
    """The exact square root of the square of a rational, for an exponent of one half."""
    if exponent != Fraction(1, 2):
        return None
    from math import isqrt

    over, under = isqrt(base.numerator), isqrt(base.denominator)
    return Fraction(over, under) if over * over == base.numerator and under * under == base.denominator else None
