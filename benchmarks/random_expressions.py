"""Random pairs of small expressions, and what their values say: is anything called equal that is not?

The oracle knows nothing of the comparison: it evaluates the expressions as Python's complex floats at random points.
"""

import cmath
import math
import random
from collections.abc import Callable

from crescent.voting import equivalent

Value = Callable[[dict[str, complex]], complex]
NAMES = ("x", "y", "a", "t")
TOLERANCE = 1e-6
"""Floats lose half of their digits under a root."""


def expression(draw: random.Random, depth: int) -> tuple[str, Value]:
    """A formula in LaTeX or in plain signs, and its value."""
    if depth == 0 or draw.random() < 0.2:
        return _leaf(draw)
    kind = draw.choice(("+", "-", "*", "/", "frac", "power", "sqrt", "function", "beside", "!", "minus"))
    left, one = expression(draw, depth - 1)
    if kind == "sqrt":
        return f"\\sqrt{{{left}}}", lambda at: cmath.sqrt(one(at))
    if kind == "function":
        name = draw.choice(("sin", "cos", "tan", "ln"))
        call = {"sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "ln": cmath.log}[name]
        return f"\\{name}({left})", lambda at: call(one(at))
    if kind == "power":
        exponent = draw.randint(2, 4)
        return f"({left})^{{{exponent}}}", lambda at: one(at) ** exponent
    if kind == "!":
        number = draw.randint(0, 6)
        return f"{number}!", lambda at: complex(math.factorial(number))
    if kind == "minus":
        return f"-({left})", lambda at: -one(at)
    right, other = expression(draw, depth - 1)
    if kind == "frac":
        return f"\\frac{{{left}}}{{{right}}}", lambda at: one(at) / other(at)
    if kind == "beside":
        return f"({left})({right})", lambda at: one(at) * other(at)
    if kind in "+-":
        sign = 1 if kind == "+" else -1
        return f"{left} {kind} ({right})", lambda at: one(at) + sign * other(at)
    if kind == "*":
        sign = draw.choice(("*", " \\cdot ", " \\times "))
        return f"({left}){sign}({right})", lambda at: one(at) * other(at)
    return f"({left})/({right})", lambda at: one(at) / other(at)


def _leaf(draw: random.Random) -> tuple[str, Value]:
    kind = draw.choice(("number", "number", "name", "name", "product", "decimal", "pi", "slash", "powers", "apart"))
    name, number = draw.choice(NAMES), draw.randint(0, 12)
    if kind == "name":
        return name, lambda at: at[name]
    if kind == "product":
        second = draw.choice(NAMES)
        return f"{number}{name}{second}", lambda at: number * at[name] * at[second]
    if kind == "decimal":
        return f"{number / 4}", lambda at: complex(number / 4)
    if kind == "pi":
        return f"{number}\\pi", lambda at: number * cmath.pi
    if kind == "slash":
        return f"{number}/3*{name}", lambda at: number / 3 * at[name]
    if kind == "powers":
        return "2^3 5", lambda at: complex(40)
    if kind == "apart":
        return f"{number} {name}", lambda at: number * at[name]
    return str(number), lambda at: complex(number)


def changed(draw: random.Random, text: str, value: Value) -> tuple[str, Value]:
    """A pair's other side: the same value in another form, now and then."""
    other, its = expression(draw, 1)
    kind = draw.randrange(6)
    if kind == 0:
        return f"{other} + ({text}) - ({other})", value
    if kind == 1:
        return f"\\frac{{2({text})}}{{2}}", value
    if kind == 2:
        return f"({text}) + ({other})", lambda at: value(at) + its(at)
    if kind == 3:
        return f"({other})({text})", lambda at: value(at) * its(at)
    if kind == 4:
        return f"-({text})", lambda at: -value(at)
    return expression(draw, 2)


def differ(one: Value, other: Value, seed: int) -> bool | None:
    """Whether two values differ clearly at a point where both are defined; None without such a point."""
    draw = random.Random(seed)
    seen = False
    for _ in range(12):
        at = {name: complex(draw.uniform(0.1, 3)) for name in NAMES}
        try:
            a, b = one(at), other(at)
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        if not (cmath.isfinite(a) and cmath.isfinite(b)) or max(abs(a), abs(b)) > 1e12:
            continue
        seen = True
        if abs(a - b) > TOLERANCE * max(1.0, abs(a), abs(b)):
            return True
    return False if seen else None


def false_equal(pairs: int, seed: int, show: bool = False) -> dict[str, float]:
    """How many of `pairs` random pairs are called equal, wrongly so, or are equal at all points and not called so."""
    draw = random.Random(seed)
    equal = wrong = missed = 0
    for number in range(pairs):
        text, value = expression(draw, draw.randint(0, 2))
        other, its = changed(draw, text, value)
        apart = differ(value, its, number)
        called = equivalent(text, other)
        equal += called
        if called and apart:
            wrong += 1
            print(f"called equal: {text}   {other}") if show else None
        missed += apart is False and not called
        if apart is False and not called and show:
            print(f"missed: {text}   {other}")
    return {"pairs": pairs, "pairs_equal": equal, "false_equal": wrong, "pairs_missed": missed}
