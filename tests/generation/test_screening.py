from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.generation.screening import no_question

BAIT = "Write a word problem."
REASONS = {None, "empty", "cut-off", "prompt-repeated", "answer-attached", "no-quantity", "nothing-asked"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t\u3000", "empty"),
        ("Write a word problem. Ann has 3 apples?", "prompt-repeated"),
        ("  write A word problem.", "prompt-repeated"),
        ("Ann has 3 apples. How many? #### 3", "answer-attached"),
        ("Ann has 3 apples. How many? \\boxed{3}", "answer-attached"),
        ("Ann has 3 apples. How many?\nAnswer: 3", "answer-attached"),
        ("Ann has 3 apples. How many?\n  SOLUTION = 3", "answer-attached"),
        ("Ann has apples. How many?", "no-quantity"),
        ("A honest person wrote: how often?", "no-quantity"),
        ("Ann has 3 apples.", "nothing-asked"),
        ("Ann has 3 apples. How many does Ann have?", None),
        ("Ann has three apples. Find their price.", None),
        ("Ann has a dozen eggs. What is half of it", None),
        ("安有3个苹果，一共几个？", None),
        ("Ann's answer: 3 of 5 are right. How many are wrong?", None),
        ("How far is 7 miles, a solution: unknown", None),
        ("  Ann has 3 apples?  ", None),
    ],
)
def test_texts_and_reasons(text: str, reason: str | None) -> None:
    assert no_question(text, "stop", BAIT) == reason


def test_cut_off_comes_before_all_but_empty() -> None:
    assert no_question("Ann has 3 apples. How many?", "length", BAIT) == "cut-off"
    assert no_question(BAIT, "length", BAIT) == "cut-off"
    assert no_question(" ", "length", BAIT) == "empty"


def test_an_empty_bait_is_in_front_of_no_text() -> None:
    assert no_question("How many is 3?", "stop", "  ") is None


@given(text=st.text(max_size=200), stop=st.sampled_from(["stop", "length"]), bait=st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_gets_a_known_reason(text: str, stop: Literal["stop", "length"], bait: str) -> None:
    assert no_question(text, stop, bait) in REASONS


@given(
    before=st.text("abc 1?\n", max_size=30), marker=st.sampled_from(["####", "\\boxed", "\nanswer:", "\nSolution ="])
)
@settings(max_examples=100, deadline=None)
def test_no_text_with_an_answer_attached_passes(before: str, marker: str) -> None:
    assert no_question(f"How many is 3? {before}{marker} 7", "stop", BAIT) == "answer-attached"
