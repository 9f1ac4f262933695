"""What becomes of a reasoning model's thoughts between the backend and the rows on disk."""

from functools import partial

import pytest

from crescent.loop.stages.answers import read_solution
from crescent.loop.stages.predict import _kept
from crescent.records import Completion, Solution

TEXT = "<think>\nMaybe #### 5? No.\n</think>\n\nTwo and two.\n#### 4"


def completion(text: str) -> Completion:
    return Completion(request="q", sample=0, text=text, stop="stop", prompt_tokens=3, tokens=9, logprob=-0.5)


@pytest.mark.parametrize(("think", "solution"), [("keep", TEXT), ("off", TEXT), ("strip", "Two and two.\n#### 4")])
def test_solutions_keep_them_or_not_as_configured(think: str, solution: str) -> None:
    row = _kept(completion(TEXT), partial(read_solution, marker="####"), think)
    assert isinstance(row, Solution)
    assert (row.text, row.answer) == (solution, "4")


def test_a_thought_that_was_cut_off_has_no_answer() -> None:
    row = _kept(completion("<think>\nMaybe #### 5"), partial(read_solution, marker="####"), "strip")
    assert isinstance(row, Solution)
    assert (row.text, row.answer) == ("", None)


def test_a_question_is_kept_as_it_is_without_thoughts() -> None:
    row = _kept(completion("<think>something new</think>\nHow many pears?"), None, "strip")
    assert isinstance(row, Completion)
    assert (row.text, row.tokens) == ("How many pears?", 9)
