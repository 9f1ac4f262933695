"""Which of comma and point is the decimal one: what a number and its unit say, in any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting import canonical, equivalent
from crescent.voting.equality.separators import in_english, unbraced

CONTINENTAL = {
    "1.234,50": "1,234.50",
    "12.345.678,9 Euro": "12,345,678.9 Euro",
    "1.234.567": "1,234,567",
    "0,125": "0.125",
    "3,5 Meter": "3.5 Meter",
    "3,5m": "3.5m",
    "2,25 litres": "2.25 litres",
    "2,5 Stunden": "2.5 Stunden",
    "12,50 €": "12.50 €",
    "$100,00": "$100.00",
    "7,5 %": "7.5 %",
    "3,14159 km": "3.14159 km",
    "1 234,50 €": "1,234.50 €",
    "1\u202f234,5": "1,234.5",
    "12 500 euros": "12,500 euros",
}
ENGLISH = (
    "1,234", "3,500 people", "1,234.50", "1,00,000", "12,345,678", "$3,500", "3,500 kg", "1,250 m", "(0,125)", "(3,5)",
    "3,5", "1,2,3", "{0,125}", "1.234", "1.5", "3, 5 meters", "x=2,y=3", "2,500 euros", "10.5 m", "1,234.5 km",
)  # fmt: skip


@pytest.mark.parametrize(("text", "english"), CONTINENTAL.items())
def test_a_decimal_comma_becomes_a_point(text: str, english: str) -> None:
    assert in_english(text) == english
    assert in_english(f"a {text}.") == f"a {english}."


@pytest.mark.parametrize("text", ENGLISH)
def test_english_numbers_and_lists_stay(text: str) -> None:
    assert in_english(text) == text
    assert in_english(f"there are {text} here") == f"there are {text} here"


@given(st.integers(0, 10**12), st.sampled_from(["", " people", " kg", " m", " euros", " dollars", "%", " hours"]))
def test_thousands_of_english_are_never_decimals(number: int, unit: str) -> None:
    assert in_english(f"{number:,}{unit}") == f"{number:,}{unit}"
    assert canonical(f"{number:,}") == str(number)


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_the_same_number_in_both_ways_is_the_same(whole: int, cents: int) -> None:
    continental = f"{whole:,}".replace(",", ".") + f",{cents:02d} Euro"
    assert equivalent(continental, f"{whole:,}.{cents:02d}")
    assert len(in_english(continental)) == len(continental)


@given(st.text("0123456789., €m(", max_size=30))
def test_places_stay_true_and_once_is_enough(text: str) -> None:
    once = in_english(text)
    assert len(once) == len(text)
    assert [char.isdigit() for char in once] == [char.isdigit() for char in text]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("3{,}5", "3.5"), ("x=12{,}25", "x=12.25"), ("1{,}200", "1{,}200"), ("1{,}00{,}000", "1{,}00{,}000")],
)
def test_the_braced_comma_of_latex(text: str, plain: str) -> None:
    assert unbraced(text) == plain


@pytest.mark.parametrize(
    ("one", "other"), [("3,5 Meter", "3.5 m"), ("1.234,50 Euro", "1234.5"), ("3{,}5", "7/2"), ("0,125", "1/8")]
)
def test_answers_that_are_the_same(one: str, other: str) -> None:
    assert equivalent(one, other)


@pytest.mark.parametrize(("one", "other"), [("3,500", "3.5"), ("1,234", "1.234"), ("(0,125)", "0.125")])
def test_answers_that_are_not(one: str, other: str) -> None:
    assert not equivalent(one, other)
