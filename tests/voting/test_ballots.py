from collections.abc import Sequence
from typing import Any

import pytest

from crescent.config.schema import Voting
from crescent.records import Solution
from crescent.voting.ballots import by_question, decide, unguarded


def solution(question: str, sample: int) -> Solution:
    return Solution(
        question=question, sample=sample, text="#### 1", answer="1", match="marker", stop="stop", tokens=1, logprob=None
    )


def test_questions_beyond_the_padding_of_their_ids_keep_their_solutions_together() -> None:
    """As text, wave 1000 would stand before wave 999, and question 100000 before question 99999."""
    ids = ["r01-w999-q99999", "r01-w999-q100000", "r01-w1000-q00000", "r100-w001-q00000"]
    first = [solution(id, sample) for id in ids for sample in (0, 1)]
    second = [solution(id, 2) for id in (ids[0], ids[2])]
    found = [(id, [row.sample for row in rows]) for id, rows in by_question([first, second])]
    assert found == [(ids[0], [0, 1, 2]), (ids[1], [0, 1]), (ids[2], [0, 1, 2]), (ids[3], [0, 1])]


def ballots(answers: Sequence[str | None]) -> list[Solution]:
    """One solution per answer, each shorter and likelier than the one before."""
    return [
        Solution(
            question="q", sample=sample, text=f"{'so ' * (9 - sample)}#### {answer}", answer=answer, match="marker",
            stop="stop", tokens=9 - sample, logprob=sample - 9.0,
        )
        for sample, answer in enumerate(answers)
    ]  # fmt: skip


TIED = ["2", "1", "1", "2"]
CASES = {
    # case: (answers, settings beside a vote that accepts whatever leads, answer, solution, reason)
    "the majority": (["2", "1", "1"], {}, "1", 1, None),
    "of tied answers the first": (TIED, {}, "2", 0, None),
    "ties can be rejected": (TIED, {"reject_ties": True}, None, None, "tie"),
    "too little agreement": (["2", "1", "1"], {"min_agreement": 0.7}, "1", None, "agreement-low"),
    "too much agreement": (["2", "1", "1"], {"max_agreement": 0.6}, "1", None, "agreement-high"),
    "too few votes": (["2", "1", "1"], {"min_votes": 3}, "1", None, "few-votes"),
    "the shortest stands for it": (["2", "1", "1"], {"representative": "shortest"}, "1", 2, None),
    "values that are the same, symbolically": (["2", "x+1", "1+x"], {"symbolic": True}, "1+x", 1, None),
    "values that are written alike": (["2", "x+1", "1+x"], {}, "2", 0, None),
    "samples that are missing of all": (["1"], {"samples": 2, "min_agreement": 0.6}, "1", 0, None),
    "samples that were saved": (
        ["1"], {"samples": 2, "min_agreement": 0.6, "adaptive": "lossless"}, "1", None, "agreement-low",
    ),
}  # fmt: skip


def settings(**changes: Any) -> Voting:
    """A vote that accepts whatever leads."""
    fields: dict[str, Any] = {
        "samples": 3, "adaptive": "off", "reject_ties": False, "min_agreement": 0.0, "min_votes": 1, "symbolic": False,
    }  # fmt: skip
    return Voting(**{**fields, **changes})


@pytest.mark.parametrize(("answers", "changes", "answer", "solution", "reason"), CASES.values(), ids=CASES)
def test_every_setting_takes_part_in_the_vote(
    answers: list[str | None], changes: dict[str, Any], answer: str | None, solution: int | None, reason: str | None
) -> None:
    found = decide("q7", ballots(answers), settings(**changes))
    assert (found.question, found.answer, found.solution, found.reason) == ("q7", answer, solution, reason)
    assert found.samples == len(answers)


def test_a_rule_of_the_vote_can_be_named() -> None:
    assert decide("q", ballots(["2", "1", "1"]), settings(), "first").answer == "2"


def test_several_solutions_can_stand_for_the_consensus() -> None:
    solutions = ballots(["1"] * 5)
    for solution, text in zip(solutions, ("one way", "another", "by sums", "in thirds", "backwards"), strict=True):
        solution.text = text
    for count in (2, 4):
        found = decide("q", solutions, settings(samples=5, representative="distinct", representatives=count))
        assert 1 + len(found.others) == count


def test_the_figures_are_of_the_solutions_that_were_sampled() -> None:
    early = settings(samples=8, adaptive="lossless")
    found = decide("q", ballots(["1", "1", "1", "2"]), early)
    assert (found.votes, found.samples, found.agreement) == (3, 4, 0.75)
    whole = decide("q", ballots(["1", "1", "1", "2"]), settings(samples=4, adaptive="lossless"))
    assert whole == decide("q", ballots(["1", "1", "1", "2"]), settings(samples=4))


def test_solutions_stand_in_the_order_of_their_samples() -> None:
    [(_, rows)] = by_question([[solution("r01-w001-q00000", 2)], [solution("r01-w001-q00000", n) for n in (0, 1)]])
    assert [row.sample for row in rows] == [0, 1, 2]


def test_without_the_guards_whoever_leads_is_accepted() -> None:
    guarded = settings(samples=9, reject_ties=True, min_agreement=0.9, max_agreement=0.95, min_votes=8)
    assert unguarded(guarded) == settings(samples=9)
    assert guarded.reject_ties  # it is another one that has none
