"""`extract_answer` on outputs in the manner of public models, and on text made to break it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.voting import extract_answer
from tests.voting.outputs import CASES


@pytest.mark.parametrize(("text", "answer"), [case[2:] for case in CASES], ids=[" ".join(case[:2]) for case in CASES])
def test_the_answer_a_careful_reader_takes(text: str, answer: str | None) -> None:
    read = extract_answer(text)
    assert (read.value if read else None) == answer


@pytest.mark.parametrize("text", [case[2] for case in CASES])
def test_the_span_is_true(text: str) -> None:
    read = extract_answer(text)
    if read is not None:
        assert text[read.start : read.end] == read.text != ""


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("#### 18", "marker"),
        ("\\boxed{18}", "boxed"),
        ("The answer is 18.", "phrase"),
        ("The answer is $\\boxed{18}$.", "boxed"),
        ("The answer is (B).", "choice"),
        ("#### B", "choice"),
        ("```output\n18\n```", "output"),
        ("So Ann earns **$18** a day.", "bold"),
        ("She earns 9 * 2 = $18.", "equation"),
        ("9 * 2 = 18\nTherefore, Ann earns $18 a day.", "conclusion"),
        ("There are three left.", "words"),
        ("Check: is it 18? 18", "last-number"),
    ],
)
def test_the_kind_of_match_is_recorded(text: str, match: str) -> None:
    read = extract_answer(text)
    assert read is not None
    assert read.match == match


def test_the_marker_is_a_parameter() -> None:
    text = "#### 5\nA: 3 + 4 = 7\n@@ 7"
    read = extract_answer(text, marker="@@")
    assert read is not None
    assert (read.value, read.match) == ("7", "marker")
    unmarked = extract_answer("The answer is 7", marker="")
    assert unmarked is not None
    assert unmarked.match == "phrase"


HOSTILE = {
    "nines": "9" * 100_000,
    "commas": "1,22," * 20_000,
    "spaces": "The answer is " + " " * 100_000 + "5",
    "braces": "\\boxed" + "{" * 100_000,
    "closed braces": "\\boxed" + "{" * 50_000 + "1" + "}" * 50_000,
    "boxes": "\\boxed{" * 15_000,
    "brackets": "The answer is " + "(" * 100_000,
    "dollars": "$" * 100_000,
    "pairs of dollars": "The answer is $x " * 6_000,
    "stars": "*" * 100_000,
    "bold": "**1" * 33_000,
    "equals": "= " * 50_000,
    "equations": "1 = 1 " * 17_000,
    "phrases": "the answer is " * 7_000,
    "answers to": "answer to x " * 8_000,
    "markers": "#### " * 20_000,
    "questions": "Question: 1?\n" * 8_000,
    "fences": "```output\n" * 10_000,
    "outputs": "output: x\n" * 10_000,
    "angles": "<<" * 50_000,
    "tokens": "<|im_end|>" * 10_000,
    "newlines": "\n" * 100_000,
    "fractions": "\\frac{1}{" * 11_000,
    "letters": "a" * 100_000,
    "lead words": "The answer is " + "about " * 16_000,
    "number words": "twenty-" * 14_000,
    "signs": "-" * 100_000,
    "slashes": "1/" * 50_000,
    "colons": "1:" * 50_000,
    "control characters": "".join(map(chr, range(32))) * 3_000,
    "right to left": "الجواب هو ١٨ \u202e#### 18" * 4_000,
    "sentences": "So 1. " * 16_000,
    "backslashes": "\\" * 100_000,
}


@pytest.mark.timeout(30)  # quadratic work on 100 KB would take minutes
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hundred_kilobytes_are_read(name: str) -> None:
    text = HOSTILE[name]
    read = extract_answer(text)
    assert read is None or text[read.start : read.end] == read.text


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    read = extract_answer(text)
    assert read is None or text[read.start : read.end] == read.text


PIECES = [
    "####", "\\boxed{", "}", "{", "$", "The answer is ", "Answer:", "**", "\n", " ", "=", "18", "1,2", ".5", "%",
    "/", ":",
    "\\frac", "\\(", "\\)", "(", ")", "[", "B", "Question:", "?", "```", "output", "<think>", "</think>", "<<",
    ">>", "-",
    "two", "so", "x", "\\text{", "^", "_", "√", "½", "٣", "\u202e", "\x00", "e5", "10^", "times",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_mixture_of_signs_makes_it_raise(pieces: list[str]) -> None:
    text = "".join(pieces)
    read = extract_answer(text)
    assert read is None or (text[read.start : read.end] == read.text and read.value)
