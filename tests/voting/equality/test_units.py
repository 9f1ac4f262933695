"""Amounts with known units."""

from fractions import Fraction

import pytest

from crescent.voting.equality.units import quantity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2 hours", "120 minutes"), ("2 hours 30 minutes", "150 min"), ("2 hours and 30 minutes", "2.5 h"),
        ("$1.50", "150 cents"),
        ("5 feet 6 inches", "66 in"), ("1 kg", "1000 \\text{ g}"), ("1 week", "7 days"), ("-2 m", "-200 cm"),
        ("1 mile", "5280 ft"),
        ("2 L", "2000 ml"), ("1,000 m", "1 km"),
    ],
)  # fmt: skip
def test_equal_amounts(one: str, other: str) -> None:
    assert quantity(one) == quantity(other) is not None


@pytest.mark.parametrize(
    "text", ["5", "5 apples", "hours", "", "5 hours 3 km", "$5 cents", "5 hours later", "5 m" + " " * 80]
)
def test_what_has_no_known_unit(text: str) -> None:
    assert quantity(text) is None


def test_the_amount_is_exact() -> None:
    assert quantity("0.1 cm") == ("length", Fraction(1))
