"""The vote: band edges, ties, representatives, and what must not change it."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.errors import DataError
from crescent.records import Solution
from crescent.voting import Ballot, extract_answer, vote


def ballots(*answers: str | None) -> list[Ballot]:
    return [Ballot(answer) for answer in answers]


def test_solutions_are_read_and_counted() -> None:
    result = vote(["3 * 6 = 18\n#### 18", "#### 20", "The answer is $18.00.", "no idea"])
    assert (result.answer, result.votes, result.samples, result.solution) == ("18", 2, 4, 0)
    assert (result.agreement, result.margin, result.tie, result.reason) == (0.5, 0.25, False, None)


def test_answers_ballots_and_rows_may_be_mixed() -> None:
    row = Solution(question="q", sample=0, text="", answer="18", match=None, stop="stop", tokens=5, logprob=-0.1)
    result = vote([row, extract_answer("#### 18"), Ballot("18.0"), None, "#### 7"], question="q")
    assert (result.question, result.answer, result.votes, result.samples) == ("q", "18", 3, 5)


def test_none_never_wins_and_is_counted() -> None:
    result = vote(ballots(None, None, None, "18"))
    assert (result.answer, result.votes, result.agreement, result.solution) == ("18", 1, 0.25, 3)
    assert vote(ballots(None, None)).reason == "no-answer"
    assert vote([]).reason == "no-answer"


def test_a_tie_is_rejected_or_goes_to_the_first() -> None:
    tied = vote(ballots("20", "18", "18", "20", "3"))
    assert (tied.answer, tied.solution, tied.tie, tied.reason) == (None, None, True, "tie")
    broken = vote(ballots("20", "18", "18", "20", "3"), reject_ties=False)
    assert (broken.answer, broken.solution, broken.tie, broken.reason) == ("20", 0, True, None)


@pytest.mark.parametrize(
    ("votes", "samples"), [(3, 10), (7, 10), (1, 3), (2, 3), (1, 10), (6, 10), (9, 10), (29, 100), (57, 100)]
)
def test_both_ends_of_the_band_belong_to_it(votes: int, samples: int) -> None:
    answers = ballots(*["18"] * votes, *[None] * (samples - votes))
    edge = Fraction(votes, samples)
    if samples % 10 == 0:
        assert vote(answers, min_agreement=votes / samples).reason is None
        assert vote(answers, max_agreement=votes / samples).reason is None
    assert vote(answers, min_agreement=edge, max_agreement=edge).reason is None
    assert vote(answers, min_agreement=edge + Fraction(1, 10**9)).reason == "agreement-low"
    assert vote(answers, max_agreement=edge - Fraction(1, 10**9)).reason == "agreement-high"


def test_a_rejected_answer_stays_on_record_without_a_solution() -> None:
    result = vote(ballots("18", "18", "3"), min_votes=3)
    assert (result.answer, result.votes, result.solution, result.reason) == ("18", 2, None, "few-votes")


def test_first_takes_the_first_without_a_vote() -> None:
    result = vote(ballots("20", "18", "18"), rule="first", min_agreement=0.9)
    assert (result.answer, result.votes, result.solution, result.reason) == ("20", 1, 0, None)
    assert vote(ballots(None, "18"), rule="first").reason == "no-answer"


def test_weights_can_turn_the_vote() -> None:
    votes = [Ballot("20", -3.0), Ballot("20", -3.0), Ballot("18", -0.1)]
    result = vote(votes, rule="weighted")
    assert (result.answer, result.votes, result.solution) == ("18", 1, 2)
    assert result.agreement == pytest.approx(1 / 3)
    assert 0 < result.margin < 1
    unlikely = [Ballot("20", -5000.0), Ballot("18", -5001.0)]
    assert vote(unlikely, rule="weighted").answer == "20"
    for logprob in (None, float("nan"), float("-inf")):
        with pytest.raises(DataError, match="log-probability"):
            vote([Ballot("18", logprob)], rule="weighted")


def test_representatives() -> None:
    votes = [
        Ballot("18", -0.9, 30),
        Ballot("20", -0.1, 1),
        Ballot("18", -0.2, 50),
        Ballot("18", -0.5, 10),
        Ballot("18", -0.2, 10),
    ]
    chosen = {name: vote(votes, representative=name).solution for name in ("first", "shortest", "median", "likeliest")}
    assert chosen == {"first": 0, "shortest": 3, "median": 3, "likeliest": 2}


def test_the_commonest_form_stands_for_a_group() -> None:
    assert vote(ballots("50", "50%", "50%"), symbolic=False).answer == "50%"


@pytest.mark.parametrize("wrong", [{"rule": "median"}, {"representative": "longest"}])
def test_unknown_words_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(DataError, match="voting"):
        vote(ballots("18"), **wrong)  # type: ignore[arg-type]


ANSWERS = st.lists(st.sampled_from([None, "18", "20", "0.5", "50%", "3"]), min_size=1, max_size=12)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_order_does_not_change_the_vote(answers: list[str | None], chance: random.Random) -> None:
    shuffled = answers[:]
    chance.shuffle(shuffled)
    one, other = vote(ballots(*answers), symbolic=False), vote(ballots(*shuffled), symbolic=False)
    for name in ("answer", "votes", "samples", "agreement", "margin", "tie", "reason"):
        assert getattr(one, name) == getattr(other, name)


@given(ANSWERS, st.integers(2, 4), st.fractions(0, 1), st.fractions(0, 1))
def test_the_whole_sample_twice_changes_nothing(
    answers: list[str | None], times: int, low: Fraction, high: Fraction
) -> None:
    one = vote(ballots(*answers), min_agreement=low, max_agreement=high, symbolic=False)
    more = vote(ballots(*answers * times), min_agreement=low, max_agreement=high, symbolic=False)
    assert (one.answer, one.agreement, one.tie, one.reason, one.solution) == (
        more.answer, more.agreement, more.tie, more.reason, more.solution,
    )  # fmt: skip
    assert (more.votes, more.samples) == (one.votes * times, one.samples * times)
