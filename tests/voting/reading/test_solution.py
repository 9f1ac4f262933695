"""Which part of a sampled text is read."""

import pytest

from crescent.voting.reading.solution import readable


def read(solution: str) -> str:
    part = readable(solution)
    assert len(part.text) <= len(solution)
    return part.text[part.start : part.end]


@pytest.mark.parametrize(
    ("solution", "part"),
    [
        ("4 + 4 = 8", "4 + 4 = 8"),
        ("<think>maybe 7</think>8", "8"),
        ("a</think>b</think>8", "8"),
        ("<think>it is 8</think>\n", "<think>it is 8"),
        ("<think>it is 8", "<think>it is 8"),
        ("8<|im_end|>\n9", "8"),
        ("<|assistant|>8", "<|assistant|>8"),
        ("[INST] 8", " 8"),
        ("8</s>9", "8"),
        ("#### 8\n\nQuestion: 1 + 1?\n#### 2", "#### 8\n\n"),
        ("The answer is 8.\nQ: more?", "The answer is 8.\n"),
        ("8\n### Problem 3: what is 1?", "8\n"),
        ("Question: what is 4 + 4?\n8", "Question: what is 4 + 4?\n8"),
        ("Question 1: 2?\n2\nQuestion 2: 4?\n4", "Question 1: 2?\n2\nQuestion 2: 4?\n4"),
        ("We are given 4 pens.\nProblem: find the pens.\n4", "We are given 4 pens.\nProblem: find the pens.\n4"),
    ],
)
def test_what_is_read(solution: str, part: str) -> None:
    assert read(solution) == part


def test_calculator_marks_are_blanked_in_place() -> None:
    assert read("2*4=<<2*4=8>>8") == "2*4=         8"
