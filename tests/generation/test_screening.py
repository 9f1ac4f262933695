from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema.questions import SCREENS
from crescent.generation.screening import CHECKS, no_question
from tests.test_conf_tree import composed

BAIT = "Write a word problem."
REASONS = {None, "empty", "cut-off", "prompt-repeated", "answer-attached", "no-quantity", "nothing-asked"} | {
    "chat-token", "thought", "dialogue", "preamble", "several-questions", "heading",
}  # fmt: skip
TOM = "Tom has 5 apples and buys 12 more. How many has he now?"


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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{TOM}<|eot_id|>", "chat-token"),
        (f"[INST] {TOM} [/INST]", "chat-token"),
        (f"{TOM}</s>", "chat-token"),
        (f"<start_of_turn>user\n{TOM}", "chat-token"),
        (f"<think>an easy one</think>\n{TOM}", "thought"),
        (f"[THINK]apples?[/THINK]{TOM}", "thought"),
        (f"Okay, I need to create a new problem. {TOM}", "thought"),
        (f"Let me think of a problem. {TOM}", "thought"),
        (f"User: {TOM}\nAssistant: He has 17.", "dialogue"),
        (f"**Student:** {TOM}", "dialogue"),
        (f"Teacher: {TOM}\nStudent: 17", "dialogue"),
        (f"{TOM}\n\n**Solution:** add them", "answer-attached"),
        (f"{TOM} (Solution: 17)", "answer-attached"),
        (f"{TOM}\nFinal answer: 17", "answer-attached"),
        (f"{TOM}\nSolution\nAdd 5 and 12.", "answer-attached"),
        (f"{TOM} The answer is 17.", "answer-attached"),
        (f"{TOM} Let's solve it. We add.", "answer-attached"),
        (f"{TOM}\n5 + 12 = 17", "answer-attached"),
        (f"{TOM}\nHe has 17 apples.", "answer-attached"),
        (f"{TOM}\nA: 17", "answer-attached"),
        (f"{TOM} [Answer: 17]", "answer-attached"),
        (f"{TOM}\nTo solve this problem, we add 5 and 12.", "answer-attached"),
        (f"Certainly! Here's a new math problem:\n\n{TOM}", "preamble"),
        (f"Here is a problem: {TOM}", "preamble"),
        (f"Of course! {TOM}", "preamble"),
        (f"Here's another one for you: {TOM}", "preamble"),
        (f"I'd be happy to help with a problem. {TOM}", "preamble"),
        (f"1) {TOM}\n2) Ann has 3 pears. How many in 2 days?", "several-questions"),
        (f"Problem 1: {TOM}\n\nProblem 2: Bo has 9 figs. How many in 2 bags?", "several-questions"),
        (f"{TOM}\n\n---\n\nBo has 9 figs. How many in 2 bags?", "several-questions"),
        (f"{TOM}\n\nAnother problem: Bo has 9 figs. How many in 2 bags?", "several-questions"),
        (f"# A problem of apples\n{TOM}", "heading"),
        (f"**Problem:** {TOM}", "heading"),
        (f"**Apples at the Market**\n\n{TOM}", "heading"),
        (f"Question: {TOM}", "heading"),
        (f"Step 1: read the text.\n{TOM}", "heading"),
        (TOM, None),
        (f"{TOM} Round to a whole number.", None),
        ("Sure Shot Sports sells 5 balls for $20. What does one ball cost?", None),
        ("Here are 5 apples and 3 pears in a basket. How many fruits are there?", None),
        ("First, Tom buys 3 pens. Then he buys 4 more. How many does he have?", None),
        ("The user of a gym pays $20 a month. What does he pay a year?", None),
        ("A student: is 5 more than 3? By how much?", None),
        ("Tom solved 3 problems and Ann solved 5. What is the answer to 3 + 5?", None),
        ("A test has 20 questions. Each correct answer is worth 5 points. How many points are there?", None),
        ("Let's say Tom has 5 apples. How many has he after eating 2?", None),
        ("How many legs do 4 dogs have? Assume that each dog has 4 legs.", None),
        ("Bo takes 2 steps. Step 1 is 30 cm long, the other 40 cm. How far does he get?", None),
    ],
)
def test_leftovers_have_a_reason_each(text: str, reason: str | None) -> None:
    assert no_question(text, "stop", BAIT) == reason


def test_cut_off_comes_before_all_but_empty() -> None:
    assert no_question("Ann has 3 apples. How many?", "length", BAIT) == "cut-off"
    assert no_question(BAIT, "length", BAIT) == "cut-off"
    assert no_question(" ", "length", BAIT) == "empty"
    assert no_question("", "length", BAIT, tokens=1) == "empty"
    assert no_question("", "length", BAIT, tokens=2) == "thoughts-alone"


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


def test_the_configuration_has_every_check_but_that_of_empty_texts() -> None:
    assert {"cut-off", *(reason for reason, _ in CHECKS)} == set(SCREENS) == REASONS - {None, "empty"}


@pytest.mark.parametrize("check", SCREENS)
def test_a_check_that_is_not_named_drops_nothing(check: str) -> None:
    """What it alone finds passes without it, and is found by it alone."""
    texts = {
        "cut-off": TOM, "prompt-repeated": f"{BAIT} {TOM}", "chat-token": f"{TOM}<|eot_id|>",
        "thought": f"<think>an easy one</think>\n{TOM}", "dialogue": f"**Student:** {TOM}",
        "answer-attached": f"{TOM}\nAnswer: 17", "preamble": f"Of course! {TOM}",
        "several-questions": f"{TOM}\n\n---\n\nBo has 9 figs. How many in 2 bags?", "heading": f"# Apples\n{TOM}",
        "no-quantity": "Why is the sky blue?", "nothing-asked": "Ann has 3 apples.",
    }  # fmt: skip
    stop: Literal["stop", "length"] = "length" if check == "cut-off" else "stop"
    assert no_question(texts[check], stop, BAIT, [check]) == check
    assert no_question(texts[check], stop, BAIT, [other for other in SCREENS if other != check]) is None
    assert no_question(" ", stop, BAIT, []) == "empty"


def test_the_published_method_drops_only_what_is_no_question() -> None:
    checks = composed("questions=paper").questions.screen
    for question in (
        f"Sure! Here is a problem: {TOM}",
        f"Question: {TOM}",
        f"{TOM}\nAnswer: 17",
        "Why is the sky blue?",
    ):
        assert no_question(question, "stop", BAIT, checks) is None
    for text in ("", "Ann has 3 apples.", BAIT):
        assert no_question(text, "stop", BAIT, checks) is not None
    assert no_question(TOM, "length", BAIT, checks) == "cut-off"
