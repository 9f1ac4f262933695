"""Calculations without a story."""

from fractions import Fraction

from crescent.fresh.draw import Draw, need
from crescent.fresh.problem import Draft

_SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷"}


def calculation(draw: Draw) -> Draft:
    """An expression with brackets wherever two operations meet, so that no rule of precedence is asked for."""
    shown, relation, value = _expression(draw, draw.level)
    asked = draw.pick(("Calculate {}.", "What is {}?", "Work out {}."))
    return Draft(asked.format(shown), (f"x == {relation}",), Fraction(value))


def _expression(draw: Draw, operations: int) -> tuple[str, str, int]:
    """As it is shown, as it is calculated, and its value."""
    if operations == 0:
        number = draw.number()
        return str(number), str(number), number
    left = draw.rng.randrange(operations)
    one, other = _expression(draw, left), _expression(draw, operations - 1 - left)
    sign = draw.pick("+-*/")
    if sign == "-":
        need(one[2] > other[2])
        value = one[2] - other[2]
    elif sign == "/":
        need(other[2] > 1 and one[2] % other[2] == 0)
        value = one[2] // other[2]
    else:
        value = one[2] + other[2] if sign == "+" else one[2] * other[2]
    need(0 < value <= 50 * draw.size)
    shown = f"{_inner(one[0], left)} {_SIGNS[sign]} {_inner(other[0], operations - 1 - left)}"
    return shown, f"({one[1]} {sign} {other[1]})", value


def _inner(shown: str, operations: int) -> str:
    return f"({shown})" if operations else shown
