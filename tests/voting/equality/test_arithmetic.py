"""Exact arithmetic on untrusted text, with bounds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting.equality.arithmetic import value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("-2^2", -4), ("2^-1", Fraction(1, 2)), ("2**3", 8), ("2^{1+2}", 8),
        ("\\frac{1}{2} + .5", 1), ("2\\frac{1}{2}", Fraction(5, 2)), ("-2\\frac{1}{2}", Fraction(-5, 2)),
        ("\\sqrt{16}", 4),
        ("3\\sqrt{4}", 6), ("2(3 + 4)", 14), ("50%", Fraction(1, 2)), ("10/4", Fraction(5, 2)), ("--3", 3),
        ("\\sqrt{\\frac{9}{4}}", Fraction(3, 2)),
    ],
)  # fmt: skip
def test_values(expression: str, value: Fraction | int) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    "expression",
    ["", "x + 1", "1 +", "(1", "1)", "1 2", "1/0", "\\sqrt{2}", "\\sqrt{-4}", "9^99999", "9^9^9^9", "2^(1/2)",
     "(" * 99 + "1", "-" * 150 + "1", "0^-1", "1" * 150, "10^99 * 10^99", "1" + "+1" * 120, "\\frac{1}"],
)  # fmt: skip
def test_what_has_no_value(expression: str) -> None:
    assert value_of(expression) is None


@given(st.integers(-999, 999), st.integers(1, 99), st.sampled_from("+-*/"), st.integers(1, 99))
def test_two_numbers(one: int, by: int, operator: str, other: int) -> None:
    first = Fraction(one, by)
    results = {"+": first + other, "-": first - other, "*": first * other, "/": first / other}
    assert value_of(f"({one}/{by}) {operator} {other}") == results[operator]


@given(st.text(alphabet="0123456789.+-*/^(){}%√ \\frac", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    value = value_of(text)
    assert value is None or isinstance(value, Fraction)
