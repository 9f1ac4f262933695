"""Stopping early: `settled` is compared with every continuation, `probable` with the integral it stands for."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema import Voting
from crescent.voting import Ballot, vote
from crescent.voting.adaptive import enough, majority_probability, probable, settled
from crescent.voting.labels.first import First
from crescent.voting.labels.majority import Majority
from crescent.voting.labels.models import Models
from crescent.voting.labels.soft import Soft
from crescent.voting.labels.views import Views
from crescent.voting.labels.weighted import Weighted


def outcome(answers: list[str | None], config: Voting) -> tuple[str | None, int | None]:
    """What must not change: the accepted answer and its solution, or that there is none."""
    result = vote(
        [Ballot(answer) for answer in answers],
        reject_ties=config.reject_ties,
        min_agreement=config.min_agreement,
        max_agreement=config.max_agreement,
        min_votes=config.min_votes,
        symbolic=False,
    )
    return (result.answer, result.solution) if result.reason is None else (None, None)


@settings(max_examples=300, deadline=None)
@given(
    so_far=st.lists(st.sampled_from([None, "1", "2"]), max_size=5),
    remaining=st.integers(0, 3),
    reject_ties=st.booleans(),
    low=st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.75, 1.0]),
    high=st.sampled_from([0.5, 0.6, 0.8, 1.0]),
    min_votes=st.integers(1, 4),
)
def test_settled_is_what_every_continuation_says(
    *,
    so_far: list[str | None],
    remaining: int,
    reject_ties: bool,
    low: float,
    high: float,
    min_votes: int,
) -> None:
    config = Voting(reject_ties=reject_ties, min_agreement=low, max_agreement=high, min_votes=min_votes)
    rest = product([None, "1", "2", "3", "4", "5"], repeat=remaining)
    outcomes = {outcome([*so_far, *more], config) for more in rest}
    decided = settled(so_far, len(so_far) + remaining, config)
    assert decided == (len(outcomes) == 1)
    if decided:
        assert outcomes == {outcome(so_far + [None] * remaining, config)}
        if high == 1.0:
            assert outcomes == {outcome(so_far, config)}


def test_other_rules_and_representatives_wait_for_all_samples() -> None:
    answers = ["1"] * 7
    assert settled(answers, 8, Voting())
    assert not settled(answers, 8, Voting(representative="shortest"))
    assert settled(list("12345"), 6, Voting(representative="shortest"))  # certain to be rejected
    for rule in (Weighted(), Soft(), Models()):
        assert not rule.settled(answers, Voting())
        assert rule.settled(answers, Voting(samples=7))
    assert First().settled(["1"], Voting()) and not First().settled([], Voting())
    assert Majority().settled(answers, Voting()) and Views().settled(answers, Voting())
    assert not enough(answers, Voting(adaptive="lossless"), lambda: Weighted().settled(answers, Voting()))


@pytest.mark.parametrize(("votes", "runner_up"), [(0, 0), (1, 0), (4, 0), (5, 2), (9, 8), (3, 3)])
def test_the_binomial_tail_is_the_beta_integral(votes: int, runner_up: int) -> None:
    def antiderivative(p: Fraction) -> Fraction:
        terms = (
            comb(runner_up, k) * Fraction((-1) ** k, votes + k + 1) * p ** (votes + k + 1) for k in range(runner_up + 1)
        )
        return sum(terms, Fraction(0))

    upper, middle = antiderivative(Fraction(1)), antiderivative(Fraction(1, 2))
    assert majority_probability(votes, runner_up) == (upper - middle) / upper


def test_enough_follows_the_configuration() -> None:
    seven, four = ["1"] * 7 + ["2"] * 2, ["1"] * 4
    assert not enough(seven, Voting(samples=10, adaptive="off"))
    assert enough(seven, Voting(samples=10, adaptive="lossless"))
    assert not enough(four, Voting(samples=10, adaptive="lossless"))
    assert enough(four, Voting(samples=10, adaptive="probable"))
    assert enough(seven, Voting(samples=9, adaptive="off"))


def test_probable_stops_when_the_leader_is_sure_enough() -> None:
    assert not probable(["1"] * 3, 16, 0.95)
    assert probable(["1"] * 4, 16, 0.95)
    assert not probable(["1"] * 4 + ["2"], 16, 0.95)
    assert not probable([None] * 10, 16, 0.95)
    assert probable([None] * 16, 16, 0.95)
    assert majority_probability(4, 0) == Fraction(31, 32)
    assert not probable(["1"] * 4, 16, 31 / 32)  # more than, not as much as


@pytest.mark.parametrize(
    ("so_far", "remaining", "reject_ties", "expected"),
    [
        (["1", "1", "2"], 1, False, True),  # a tie goes to "1", which was sampled first
        (["1", "1", "2"], 1, True, False),  # a tie is rejected, and may still come
        (["2", "1", "1"], 1, False, False),
        (["1", "1", "1", "2"], 1, True, True),
        (["1", "2", "3", "4"], 1, True, False),
    ],
)
def test_whether_a_tie_may_still_come(so_far: list[str], remaining: int, reject_ties: bool, expected: bool) -> None:
    config = Voting(reject_ties=reject_ties, min_agreement=0.0, min_votes=1)
    assert settled(so_far, len(so_far) + remaining, config) == expected


def test_an_answer_that_draws_level_can_win() -> None:
    """With one sample to come "2" can have as many votes as "1", and more with two."""
    config = Voting(reject_ties=True, min_agreement=0.0, min_votes=2)
    assert not settled(["1", "2", None], 4, config)
    assert settled(["1", "2", None], 4, Voting(reject_ties=True, min_agreement=0.0, min_votes=3))


def test_the_leader_is_who_has_most() -> None:
    assert probable(["2"] + ["1"] * 8, 16, 0.95)
    assert probable(["1"] * 8 + ["2"], 16, 0.95)
