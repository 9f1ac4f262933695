"""The ranking of arms says no more than the paired intervals show; budgets that were not spent are said."""

from crescent.commands.claim.figures import Claim
from crescent.commands.claim.methods import beside, pairs_of, profile, ranked, ranking, spread, unlike, unspent
from crescent.commands.claim.page import render
from crescent.config.schema import Config
from tests.commands.claim.example import claim


def known(low: float) -> Claim:
    """Three arms, apart from each other, but for the first two where `low` says so."""
    made = claim(parts=[])
    for each in made.over_seeds:
        each.low, each.high = (low if each.against == "unvoted" else each.mean - 0.1), each.mean + 0.1
    return made


def test_arms_whose_intervals_leave_zero_out_are_in_an_order() -> None:
    said = list(ranked(known(0.3), True))
    assert said[0].startswith("method has the largest gain, +42.3 points (")
    assert said[1:] == ["It is shown to have more than unvoted and shuffled."]


def test_arms_that_cannot_be_told_apart_are_in_none() -> None:
    made = known(-0.01)
    assert list(ranked(made, True))[1:] == [
        "It is shown to have more than shuffled.",
        "Nothing is shown between it and unvoted: no interval over seeds leaves zero out.",
    ]
    assert "Nothing is shown between it and unvoted" in render(made)


def test_one_seed_shows_no_order() -> None:
    said = list(ranked(claim(seeds=1, parts=[]), True))
    assert said[-1] == "Nothing is shown between it and unvoted and shuffled: one seed shows no order."
    assert [each.arm for each in ranking(claim(seeds=1))] == ["method", "unvoted", "shuffled"]


def test_the_page_has_every_figure_of_an_arm() -> None:
    made = claim()
    for run in made.runs:
        for each in run.rounds:
            each.tokens = 123_456
            each.more = {"pass@1": 0.411, "majority@8": 0.522, "pass@8": 0.633, "questions": 0.744, "length": 21.3}
    page = render(made)
    for figure in ("41.1", "52.2", "63.3", "74.4", "21.3", "246,912", "92.0"):
        assert figure in page, figure
    assert profile(made)["method"]["tokens"] == 246_912
    assert profile(claim())["method"]["pass@8"] is None


def test_what_was_not_spent_is_said() -> None:
    made, arms = claim(seeds=1), {name: Config() for name in ("method", "unvoted", "shuffled")}
    for arm, tokens in (("method", 1000), ("unvoted", 990), ("shuffled", 700)):
        arms[arm].voting.max_tokens = 1000
        for each in made.run(arm, 1).rounds:
            each.tokens = tokens
    assert spread(made, 1) == 0.3
    assert list(unspent(made, arms)) == [
        f"Seed 1: shuffled, round {number}, could not spend its budget: 700 of 1,000 tokens." for number in (1, 2)
    ]
    assert list(unlike(made)) == [
        "Seed 1: method sampled 2,000 tokens for its rounds, shuffled 1,400 (30.0\N{NO-BREAK SPACE}% less)."
    ]


def test_every_pair_of_arms_is_compared_for_a_ranking() -> None:
    assert pairs_of(claim()) == [("method", "unvoted"), ("method", "shuffled"), ("unvoted", "shuffled")]


def test_what_a_proposer_was_trained_beside_the_budget_is_said_of_those_that_have_one() -> None:
    made = claim(seeds=1)
    assert list(beside(made)) == []
    for number, part in enumerate(made.runs[0].rounds):
        if number:  # the first round has none
            part.proposer_steps, part.proposer_tokens = 16, 21_012
    assert list(beside(made)) == [
        "Seed 1: method also trained a proposer, beside its budget: 16 optimizer steps over 21,012 tokens."
    ]
