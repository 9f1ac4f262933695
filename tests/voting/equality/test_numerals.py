"""Numbers as they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting.equality.numerals import exact, from_words, short_number, written


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("1,200", 1200), ("1,00,000", 100000), ("1{,}200", 1200), ("1\u202f200.5", Fraction(2401, 2)),
        (".5", Fraction(1, 2)),
        ("1.2e3", 1200), ("1.2 x 10^3", 1200), ("5 \\times 10^{-1}", Fraction(1, 2)), ("-3", -3), ("−3", -3),
        ("0.30000000000000004", Fraction(3, 10)), ("2.9999999999999996", 3),
        ("0.12345678901", Fraction(12345678901, 10**11)),
    ],
)  # fmt: skip
def test_exact(numeral: str, value: Fraction | int) -> None:
    assert exact(numeral) == value


@pytest.mark.parametrize("numeral", ["", "x", "1e999", "9" * 101, "1.2.3", "٣"])
def test_what_is_no_numeral(numeral: str) -> None:
    assert exact(numeral) is None


@given(st.fractions())
def test_written_numbers_read_back(value: Fraction) -> None:
    assert Fraction(written(value)) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("zero", 0), ("seven", 7), ("twenty-one", 21), ("one hundred and five", 105),
        ("two thousand three hundred", 2300),
        ("three million", 3 * 10**6), ("a dozen", 12), ("half a dozen", 6), ("a hundred", 100),
        ("two thirds", Fraction(2, 3)),
        ("one half", Fraction(1, 2)), ("two and a half", Fraction(5, 2)), ("three quarters", Fraction(3, 4)),
    ],
)  # fmt: skip
def test_words(words: str, value: Fraction | int) -> None:
    assert from_words(words) == value


@pytest.mark.parametrize("words", ["", "a", "and", "five six", "twenty thirteen", "apples", "one apple", "five twenty"])
def test_what_is_no_number_in_words(words: str) -> None:
    assert from_words(words) is None


@given(st.from_regex(r"\$?-?(0{0,3}[0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,9})?", fullmatch=True))
def test_short_numbers_are_written_as_any_other(text: str) -> None:
    value = exact(text.lstrip("$"))
    assert value is not None
    assert short_number(text) == written(value)


@pytest.mark.parametrize("text", ["", "$", "1,00,000", "1e3", "1/2", "50%", "12,34", "٣", "1" * 40, "--1", "1."])
def test_what_is_no_short_number_is_left_to_the_rest(text: str) -> None:
    assert short_number(text) == ""
