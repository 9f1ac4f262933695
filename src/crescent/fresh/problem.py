"""What a drawn problem is: its text, its structure as equations, and its answer."""

import ast
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Draft:
    """A problem as a structure gives it.

    `relations` are equations between numbers, names that an earlier one defines, and `x`, which is asked for; the last
    one has `x` in it.
    """

    question: str
    relations: tuple[str, ...]
    answer: Fraction


@dataclass(frozen=True)
class Problem:
    """A problem with its exact answer: an integer, a decimal that ends, or a fraction of small numbers."""

    question: str
    answer: str
    structure: str
    level: int
    operations: int
    relations: tuple[str, ...]


def operations(relations: tuple[str, ...]) -> int:
    """How often two values are added, subtracted, multiplied or divided."""
    return sum(isinstance(node, ast.BinOp) for relation in relations for node in ast.walk(ast.parse(relation)))


def written(value: Fraction) -> str:
    """35, 17.5, or 7/3 where no decimal ends."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = next(places for places in range(1, 20) if (value * 10**places).denominator == 1)
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{places}d}"
