"""What each rule makes of solutions whose answers are known."""

import pytest

from crescent.testing.label import solutions_of, voting_of
from crescent.voting.labels.models import Models
from crescent.voting.labels.soft import Soft
from crescent.voting.labels.views import Views

ANSWERS = ["7", "8", "7", "9", "8", "7", None, "7"]


def weighed(label: Soft, answers: list[str | None] = ANSWERS, **voting: object) -> list[tuple[int, float]]:
    guards, drawn = voting_of(len(answers), **voting), solutions_of(answers)
    return label.weigh(label.decide("q", drawn, guards), drawn, guards)


def test_soft_weighs_by_the_share_of_votes() -> None:
    assert weighed(Soft()) == [(0, 0.5)]
    assert weighed(Soft(least=0.25)) == [(0, 0.5), (1, 0.25)]
    assert weighed(Soft(least=0.26)) == [(0, 0.5)]
    assert weighed(Soft(least=0.0)) == [(0, 0.5), (1, 0.25), (3, 0.125)]
    assert weighed(Soft(), representative="distinct") == [(0, 0.5), (2, 0.5)]


def test_soft_takes_the_representative_of_each_answer() -> None:
    assert weighed(Soft(least=0.25), representative="shortest") == [(0, 0.5), (1, 0.25)]
    # tokens are 5, 6, 7, 5, 6: the median of "8" is 5 of the first, that of "7" is 6
    assert weighed(Soft(least=0.25), ["8", "7", "7", "8", "8"], representative="median") == [(0, 0.6), (1, 0.4)]


@pytest.mark.parametrize(
    ("own", "reworded", "reason"),
    [
        (["7", "7", "7", "8"], ["7", "7", "9", "8"], None),
        (["7", "7", "7", "8"], ["8", "8", "8", "7"], "views-disagree"),
        (["7", "7", "7", "8"], ["7", "7", "8", "8"], "views-disagree"),  # a tie is no majority
        (["7", "7", "7", "8"], [None, None, None, None], "views-disagree"),
        (["7", "7", "8", "8"], ["7", "7", "7", "7"], "tie"),
        (["7", "7", "7", "8"], ["7"], None),
    ],
)
def test_views_must_agree(own: list[str | None], reworded: list[str | None], reason: str | None) -> None:
    guards = voting_of(len(own))
    outcome = Views().decide("q", [*solutions_of(own), *solutions_of(reworded, len(own))], guards)
    assert outcome.reason == reason
    assert (outcome.samples, outcome.solution) == (4, None if reason else 0)
    if reason == "views-disagree":
        assert (outcome.answer, outcome.votes) == ("7", 3)


def test_models_vote_together() -> None:
    both = solutions_of(["7", "7", "8", "8", "8", "8", "7", "8"])
    outcome = Models().decide("q", both, voting_of(4))
    assert (outcome.answer, outcome.votes, outcome.samples, outcome.solution) == ("8", 5, 8, 2)
