"""Whether two formulas are one function, or two equations one curve: exact values at fixed random points.

Two different formulas of the lengths compared here agree at all points only with negligible probability (Schwartz 1980;
Zippel 1979). Rational values are compared exactly. Others are worked out to 50 and to 110 digits: of equal values the
difference shrinks with the precision, of different ones it stays. Where both values are not real
they need not agree: the roots of a negative number have branches.
"""

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from crescent.voting.equality.evaluation import Number, UndecidedError, evaluate
from crescent.voting.equality.expressions import Node, has_imaginary, names, parse
from crescent.voting.equality.forms import is_rational, shortened

PRECISIONS = (50, 110)
"""Decimal digits of the two evaluations."""
_SHRINKS = Fraction(1, 10**25)
_LEAST_POINTS = 3
_EQUALS = re.compile(r"(?<![<>!=])=(?!=)")


@lru_cache(maxsize=1 << 14)
def identical(one: str, other: str) -> bool | None:
    """Whether two formulas, or two equations, are the same; None where that cannot be decided within the limits.

    Raises `expressions.NotAFormulaError` or `expressions.AmbiguousError`.
    """
    sides, others = _EQUALS.split(one), _EQUALS.split(other)
    if len(sides) != len(others) or len(sides) > 2:
        return False
    if len(sides) == 2:
        return _proportional(_difference(sides), _difference(others))
    if is_rational(one) or is_rational(other):
        decimal, formula = (one, other) if is_rational(one) else (other, one)
        return _has_value(parse(formula), decimal)
    return _equal(parse(one), parse(other))


def _difference(sides: list[str]) -> Node:
    return Node("+", (parse(sides[0]), Node("-", (parse(sides[1]),))))


def _has_value(formula: Node, decimal: str) -> bool | None:
    """Whether a formula is the constant `decimal`; one of at least four places may be its rounded value."""
    number = Node("number", (), Fraction(decimal))
    if names(formula):
        return _equal(formula, number)
    try:
        value = evaluate(formula, {}, PRECISIONS[0])
    except UndecidedError:
        return None
    if isinstance(value, Fraction):
        return value == number.value or shortened(value, decimal)
    if not _is_real(value):
        return False
    return _agree(formula, number, {}) or shortened(_as_fraction(value), decimal)


def _equal(one: Node, other: Node) -> bool | None:
    variables = sorted(names(one) | names(other))
    imaginary = has_imaginary(one) or has_imaginary(other)
    if not variables:
        try:
            return _agree(one, other, {})
        except UndecidedError:
            return None
    counted = 0
    for point in _points(variables):
        try:
            values = [evaluate(node, point, PRECISIONS[0]) for node in (one, other)]
            real = [_is_real(value) for value in values]
            agree = _agree(one, other, point)
            if not imaginary and not any(real):
                counted += agree  # on other branches of a root they may differ
                continue
            if not agree:
                return False
        except UndecidedError:
            continue
        counted += 1
    return True if counted >= _LEAST_POINTS else None


def _agree(one: Node, other: Node, point: dict[str, Fraction]) -> bool:
    """Whether two formulas have the same value at a point."""
    gaps: list[Number] = []
    for precision in PRECISIONS:
        a, b = evaluate(one, point, precision), evaluate(other, point, precision)
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a == b
        a, b = _inexact(a, precision), _inexact(b, precision)
        gaps.append(abs(a - b))
        size = max(abs(a), abs(b))
        if not gaps[1:] and min(abs(a), abs(b)) > 1e-25 and gaps[0] > size * 1e-20:
            return False  # far apart: no need of the second evaluation
    if gaps[0] == 0:
        return bool(gaps[1] <= size * _power_of_ten(-95))
    return bool(gaps[1] <= gaps[0] * _power_of_ten(-25))


def _power_of_ten(exponent: int) -> Number:
    import mpmath

    return mpmath.mpf(10) ** exponent


def _inexact(value: Number, precision: int) -> Number:
    if not isinstance(value, Fraction):
        return value
    import mpmath

    with mpmath.workdps(precision):
        return mpmath.mpf(value.numerator) / value.denominator


def _proportional(one: Node, other: Node) -> bool | None:
    """Whether one difference of sides is a constant multiple of the other: the same line, plane or curve."""
    if names(one) != names(other) or has_imaginary(one) or has_imaginary(other):
        return False
    ratios: list[Number] = []
    for point in _points(sorted(names(one))):
        try:
            a, b = (evaluate(node, point, PRECISIONS[0]) for node in (one, other))
        except UndecidedError:
            continue
        if not _is_real(a) or not _is_real(b):
            continue
        if not a and not b:
            continue
        if not a or not b:
            return False
        ratios.append(
            a / b if isinstance(a, Fraction) and isinstance(b, Fraction) else _inexact(a, 50) / _inexact(b, 50)
        )
    if len(ratios) < _LEAST_POINTS:
        return None
    return all(_close(ratio, ratios[0]) for ratio in ratios)


def _close(one: Number, other: Number) -> bool:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one == other
    one, other = _inexact(one, 50), _inexact(other, 50)
    return bool(abs(one - other) <= abs(one) * _power_of_ten(-30))


def _points(variables: list[str]) -> Iterator[dict[str, Fraction]]:
    """Points with positive, with mixed and with whole coordinates, always the same ones for the same variables."""
    draw = random.Random(20)
    for kind in ("positive", "mixed", "whole") * 3:
        point = {}
        for name in variables:
            if kind == "whole":
                point[name] = Fraction(draw.randint(2, 12))
            else:
                point[name] = Fraction(draw.randint(3, 97), draw.choice((7, 11, 13, 31)))
                if kind == "mixed" and draw.random() < 0.6:
                    point[name] = -point[name]
        yield point


def _is_real(value: Number) -> bool:
    if isinstance(value, Fraction):
        return True
    imaginary = abs(getattr(value, "imag", 0))
    return bool(imaginary == 0 or imaginary <= abs(value) * _power_of_ten(-30))


def _as_fraction(value: Number) -> Fraction:
    sign, digits, exponent, _ = value.real._mpf_
    size: Fraction = Fraction(int(digits)) * Fraction(2) ** exponent
    return -size if sign else size
