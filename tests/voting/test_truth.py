"""How a truth is read, and whether an answer is right: by meaning, as the vote compares."""

from typing import Any

import pytest

from crescent.config.schema import Voting
from crescent.voting.truth import Judge, true_answer


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (18, "18"),
        (2.5, "2.5"),
        ("(1,2)", "(1,2)"),
        ("\\frac{1}{2}", "0.5"),
        ("B", "B"),
        ("5 apples", "5"),
        ("It costs $1,000.\n#### 1,000", "1000"),
        ("Long " * 20 + "and the answer is 7.", "7"),
        ("??", None),
        (True, None),
        ([3], None),
    ],
)
def test_a_truth_is_read_as_a_solutions_answer_would_be(value: Any, answer: str | None) -> None:
    assert true_answer(value) == answer


@pytest.mark.parametrize(
    ("answer", "truth", "right"),
    [
        ("18", "18", True),
        ("1800%", "18", True),
        ("0.5", "1/2", True),
        ("x=18", "18", True),
        ("19", "18", False),
        (None, "18", False),
        ("", "18", False),
    ],
)
def test_right_means_the_same_and_not_spelled_the_same(answer: str | None, truth: str, right: bool) -> None:
    judge = Judge(Voting(symbolic=False))
    assert judge.right(answer, truth) is right
    assert judge.right(answer, truth) is right
