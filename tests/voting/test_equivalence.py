"""Which answers are the same, and groups that do not depend on the order of the answers."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.voting import Answer, canonical, equivalent, extract_answer, group

SAME = [
    ("18", "18.0"), ("18", "$18.00"), ("1/2", "0.5"), ("50%", "0.5"), ("50%", "50"), ("50%", "50 percent"), ("50%",
    "1/2"),
    ("12.5%", "0.125"), ("1/3", "0.3333"), ("2/3", "0.66667"), ("16.6667", "50/3"), ("0.083333333", "1/12"),
    ("3:2", "1.5"),
    ("10:30", "10:30 am"), ("7", "7:00 pm"), ("x = 5", "5"), ("5 hours", "5"), ("{1, 2}", "2, 1"), ("x < 3",
    "(-\\infty, 3)"),
    ("1,22", "1.22"), ("2 hours", "120 minutes"), ("$0.50", "50 cents"), ("1 km", "1000 m"), ("5", "5 m"),
]  # fmt: skip
DIFFERENT = [
    ("18", "-18"), ("18", "180"), ("0.5", "50"), ("50%", "5"), ("1/3", "0.33"), ("1/3", "0.3334"), ("10:30 am",
    "10:30 pm"),
    ("(1, 2)", "(2, 1)"), ("[0, 1)", "[0, 1]"), ("monday", "tuesday"), ("A", "B"), ("17", "18"), ("1000",
    "1"), ("0", "0.00001"),
    ("", ""), ("2x + z = 1", "1"), ("100%", "50%"), ("5 minutes", "5 hours"), ("$5", "5 cents"), ("5 m", "5 cm"),
    ("60 kg", "60 km"),
]  # fmt: skip
FORMULAS = [
    ("2x + 3", "3 + 2x"), ("(x+1)^2", "x^2 + 2x + 1"), ("\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt{2}}"), ("\\pi/2",
    "\\frac{\\pi}{2}"),
    ("\\frac{x+2}{7}", "\\frac{x}{7} + \\frac{2}{7}"), ("x < 1", "-x > -1"), ("(3, \\pi/2)", "(3, \\frac{\\pi}{2})"),
    ("2\\sqrt{3}", "\\sqrt{12}"), ("y = 2x + 3", "3 + 2x"),
]  # fmt: skip
UNEQUAL_FORMULAS = [
    ("2x + 3", "2x - 3"),
    ("\\sqrt{2}", "\\sqrt{3}"),
    ("\\pi", "3.14"),
    ("x", "y"),
    ("(1, \\pi)", "(\\pi, 1)"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: str, other: str) -> None:
    assert equivalent(one, other, symbolic=False)
    assert equivalent(other, one, symbolic=False)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert not equivalent(one, other, symbolic=False)
    assert not equivalent(other, one, symbolic=False)


@pytest.mark.parametrize(("one", "other"), FORMULAS)
def test_the_same_formula(one: str, other: str) -> None:
    pytest.importorskip("math_verify")
    assert equivalent(one, other)
    assert equivalent(other, one)


@pytest.mark.parametrize(("one", "other"), UNEQUAL_FORMULAS)
def test_another_formula(one: str, other: str) -> None:
    assert not equivalent(one, other)
    assert not equivalent(other, one)


def test_answers_and_strings_mix() -> None:
    read = extract_answer("The answer is $\\frac{1}{2}$.")
    assert isinstance(read, Answer)
    assert equivalent(read, "0.5")
    assert equivalent("50%", read)


def test_no_answer_is_equal_to_nothing() -> None:
    assert not equivalent(None, None)
    assert not equivalent(None, "18")


def test_a_percent_joins_the_largest_group_it_fits() -> None:
    assert group(["50%", "0.5", "0.5", "50"], symbolic=False) == [0, 0, 0, 1]
    assert group(["50%", "0.5", "50", "50"], symbolic=False) == [0, 1, 0, 0]
    assert group(["50%", "0.5", "50"], symbolic=False) == [0, 0, 1]
    assert group(["50%", "50%", "3"], symbolic=False) == [0, 0, 1]


def test_none_has_no_group() -> None:
    assert group([None, "1", None, "2", "1"]) == [None, 0, None, 1, 0]


POOL = [
    None,
    "18",
    "0.5",
    "50%",
    "50",
    "1/3",
    "0.3333",
    "0.33333",
    "10:30",
    "10:30 am",
    "10:30 pm",
    "3:2",
    "1.5",
    "monday",
]


@given(st.lists(st.sampled_from(POOL), max_size=12), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order(values: list[str | None], chance: random.Random) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)
    groups = group(values, symbolic=False)
    shuffled = group([values[index] for index in order], symbolic=False)
    together = {frozenset(i for i in range(len(values)) if groups[i] == number) for number in set(groups) - {None}}
    again = {
        frozenset(order[i] for i in range(len(values)) if shuffled[i] == number) for number in set(shuffled) - {None}
    }
    assert together == again


def test_formulas_are_grouped_whatever_their_order() -> None:
    pytest.importorskip("math_verify")
    values = [canonical(text) for text in ("2x+3", "3+2x", "5", "x+x+3", "2x")]
    assert group(values) == [0, 0, 1, 0, 2]
    assert group(values[::-1]) == [0, 1, 2, 1, 1]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece", ["a b ", "9", "(", "{1,", "is 1 ", "$x$ is ", "\\frac{1}{", "1,", "-", "and ", "\\boxed{1} "]
)
def test_long_texts_are_compared_in_little_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert not equivalent(text, "18")
    assert not equivalent("18", text)


@settings(max_examples=50)
@given(st.text(max_size=40), st.text(max_size=40))
def test_comparing_any_texts_is_symmetric(one: str, other: str) -> None:
    assert equivalent(one, other, symbolic=False) == equivalent(other, one, symbolic=False)
    assert equivalent(one, one, symbolic=False) == bool(canonical(one))
