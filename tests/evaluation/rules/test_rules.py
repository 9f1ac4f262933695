"""The gate's rules: what each keeps and loses, and that a judgement is one of the problems, not of their order."""

from collections.abc import Sequence
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.slots import SLOTS
from crescent.evaluation.rules.better import Better
from crescent.evaluation.rules.not_worse import NotWorse
from crescent.evaluation.rules.rule import Judgement, Rule, Trial
from crescent.statistics import sign_flips

RULES = ("points", "better", "not_worse")
SHARE = st.one_of(st.sampled_from([0.0, 0.125, 0.5, 1.0]), st.floats(0, 1))
Pairs = list[tuple[float, float]]
PAIRS = st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=30)


def trial(pairs: Sequence[tuple[float, float]], seed: int = 3) -> Trial:
    before, now = (float(np.mean(sorted(side))) for side in zip(*pairs, strict=True))
    return Trial(before, now, lambda: pairs, seed)


def right_and_wrong(n: int, newly_right: int, newly_wrong: int) -> Pairs:
    same = n - newly_right - newly_wrong
    return [*[(0.0, 1.0)] * newly_right, *[(1.0, 0.0)] * newly_wrong, *[(1.0, 1.0)] * same]


def rule(use: str) -> Rule:
    built: Rule = SLOTS["gate"].build({"use": use})
    return built


def test_these_are_the_rules() -> None:
    assert set(RULES) <= set(SLOTS["gate"].names())
    assert SLOTS["gate"].build({"use": "better", "level": 0.2}) == Better(level=0.2)


@pytest.mark.parametrize("use", RULES)
@given(pairs=PAIRS, data=st.data())
def test_the_order_of_the_problems_changes_no_judgement(use: str, pairs: Pairs, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(pairs))
    assert rule(use).judge(trial(shuffled)) == rule(use).judge(trial(pairs))


@pytest.mark.parametrize("use", RULES)
@given(pairs=PAIRS)
def test_what_is_the_new_best_is_kept(use: str, pairs: Pairs) -> None:
    judged = rule(use).judge(trial(pairs))
    assert judged.accepted or not judged.best


@given(pairs=PAIRS)
def test_what_is_shown_to_be_better_is_not_shown_to_be_worse(pairs: Pairs) -> None:
    if Better().judge(trial(pairs)).accepted:
        assert NotWorse().judge(trial(pairs)).accepted


def test_better_is_mcnemar_where_problems_are_right_or_wrong() -> None:
    tail = sum(comb(20, count) for count in range(15, 21)) / 2**20
    pairs = right_and_wrong(500, 15, 5)
    assert sign_flips([now for _, now in pairs], [before for before, _ in pairs], 0) == pytest.approx(tail, rel=1e-12)
    kept = Judgement(True, True, "one-sided p = 0.021 over 20 of 500 problems that changed")
    assert Better(0.05).judge(trial(pairs)) == kept
    assert Better(tail).judge(trial(pairs)).accepted
    assert not Better(0.02).judge(trial(pairs)).accepted
    assert not Better(0.05).judge(trial(right_and_wrong(500, 14, 6))).accepted


def test_better_needs_a_change() -> None:
    assert sign_flips([1.0, 0.0], [1.0, 0.0], 0) == 1
    assert not Better(0.5).judge(trial([(1.0, 1.0)] * 9)).accepted


def test_shares_are_counted_exactly_and_other_scores_drawn() -> None:
    """Four problems: one of sixteen signs gives a sum as large, whatever the sizes."""
    shares = sign_flips([0.25, 0.5, 0.75, 1.0], [0.0] * 4, 0)
    assert shares == pytest.approx(1 / 16)
    odd = [0.1234567, 0.7654321, 0.3141592, 0.2718281]
    drawn = sign_flips(odd, [0.0] * 4, 5)
    assert drawn == sign_flips(odd, [0.0] * 4, 5) != sign_flips(odd, [0.0] * 4, 6)
    assert drawn == pytest.approx(1 / 16, abs=0.01)
    assert sign_flips(odd * 20, [0.0] * 80, 5) == 1 / 10_001


@pytest.mark.parametrize("samples", [1, 8])
def test_better_keeps_no_more_than_its_level_of_rounds_that_are_no_better(samples: int) -> None:
    """Two models of the same skill, problem by problem; a thousand rounds, of which about 50 may be kept by chance."""
    draws, kept = np.random.default_rng(11), 0
    for _ in range(1000):
        skill = draws.beta(1.0, 1.0, 60)
        before, now = (draws.binomial(samples, skill) / samples for _ in range(2))
        kept += Better(0.05).judge(trial(list(zip(before, now, strict=True)))).accepted
    # 50 and 3 standard deviations; the test of right or wrong is discrete, and keeps fewer.
    assert 10 <= kept <= 71


def test_samples_make_a_small_set_sharp() -> None:
    """A gain of ten points on sixty problems: mostly lost with a single answer, mostly shown with eight."""
    draws, kept = np.random.default_rng(12), {1: 0, 8: 0}
    for samples in kept:
        for _ in range(200):
            skill = draws.beta(1.0, 1.0, 60) * 0.9
            before, now = (draws.binomial(samples, share) / samples for share in (skill, skill + 0.1))
            kept[samples] += Better(0.05).judge(trial(list(zip(before, now, strict=True)))).accepted
    assert kept[1] < 100
    assert kept[8] > 160


def test_not_worse_gives_the_benefit_of_the_doubt_up_to_the_margin() -> None:
    slightly, clearly = right_and_wrong(500, 20, 26), right_and_wrong(500, 10, 40)
    assert NotWorse().judge(trial(slightly)) == Judgement(True, True, "+1.1 at the most with 95% confidence")
    assert NotWorse().judge(trial(clearly)) == Judgement(False, False, "-3.7 at the most with 95% confidence")
    assert NotWorse(margin=4.0).judge(trial(clearly)).accepted
    assert not NotWorse(margin=3.0).judge(trial(clearly)).accepted
    assert NotWorse(level=0.0001).judge(trial(clearly)) == NotWorse(level=0.0001).judge(trial(clearly[::-1]))
    assert "+" in (NotWorse(level=0.0001).judge(trial(slightly)).why or "")


def test_not_worse_loses_no_more_than_its_level_of_rounds_at_the_margin() -> None:
    draws, lost = np.random.default_rng(13), 0
    for _ in range(1000):
        skill = draws.uniform(0.2, 0.8, 200)
        before, now = draws.random(200) < skill, draws.random(200) < skill - 0.02
        pairs = [(float(one), float(other)) for one, other in zip(before, now, strict=True)]
        lost += not NotWorse(margin=2.0, level=0.05).judge(trial(pairs)).accepted
    assert 25 <= lost <= 71


def test_the_words_of_each_rule_say_its_settings() -> None:
    assert "nano_dev to be better" in Better(0.01).words("nano_dev") and "at most 0.01" in Better(0.01).words(
        "nano_dev"
    )
    assert "nano_dev is not shown to be more than 1.5 points below" in NotWorse(1.5).words("nano_dev")
    assert "is not shown to be below the best before it (one-sided, level 0.05)" in NotWorse().words("nano_dev")
