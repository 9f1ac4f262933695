"""What every rule of the gate promises."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.evaluation.rules.rule import Judgement, Rule, Trial
from crescent.testing.slot import EXAMPLES, SlotContract

PROBLEMS = 60


def trial(before: list[float], now: list[float], seed: int = 1) -> Trial:
    """Two models by the score of each problem under them."""
    scores = tuple(zip(before, now, strict=True))
    return Trial(sum(before) / len(before), sum(now) / len(now), lambda: scores, seed)


def scored() -> "st.SearchStrategy[list[float]]":
    """The scores of a model, problem by problem."""
    bits = st.integers(0, 2**PROBLEMS - 1)
    return bits.map(lambda drawn: [float(drawn >> place & 1) for place in range(PROBLEMS)])


class GateContract(SlotContract):
    """The same trial gives the same judgement, and what is clear beyond doubt is judged so."""

    slot = "gate"

    @pytest.fixture
    def rule(self, section: dict[str, Any]) -> Rule:
        """The rule itself."""
        rule: Rule = self.filled.build(section)
        return rule

    @EXAMPLES
    @given(before=scored(), now=scored(), seed=st.integers(0, 9))
    def test_the_same_trial_gives_the_same_judgement(
        self, rule: Rule, section: dict[str, Any], before: list[float], now: list[float], seed: int
    ) -> None:
        """Also by a rule that is built anew: earlier rounds are judged again in every later one."""
        one, other = (each.judge(trial(before, now, seed)) for each in (rule, self.filled.build(section)))
        assert isinstance(one, Judgement)
        assert one == other == rule.judge(trial(before, now, seed))

    def test_a_model_that_solves_everything_is_kept_over_one_that_solves_nothing(self, rule: Rule) -> None:
        judged = rule.judge(trial([0.0] * PROBLEMS, [1.0] * PROBLEMS))
        assert (judged.accepted, judged.best) == (True, True)

    def test_a_model_that_solves_nothing_is_not_the_new_best_after_one_that_solves_everything(self, rule: Rule) -> None:
        judged = rule.judge(trial([1.0] * PROBLEMS, [0.0] * PROBLEMS))
        assert not (judged.accepted and judged.best)

    @EXAMPLES
    @given(before=scored(), now=scored())
    def test_what_it_says_is_the_end_of_a_sentence(self, rule: Rule, before: list[float], now: list[float]) -> None:
        said = [rule.words("dev_maths"), rule.judge(trial(before, now)).why]
        assert said[0]
        for text in said:
            assert text is None or (text == text.strip() and text and "\n" not in text and not text.endswith("."))
