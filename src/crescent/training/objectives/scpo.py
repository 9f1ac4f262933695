"""Objective `scpo`: the most voted solution is preferred over the least voted one (Prasad et al. 2024, 2411.04109)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crescent.config.schema import option
from crescent.records import Pair
from crescent.training.examples import Lesson

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from crescent.training.module import FineTuning, StepRecord
    from crescent.training.plan import TrainingPlan


@dataclass
class Scpo:
    """Self-consistency preference optimization: DPO and the likelihood of the chosen one, both times the margin."""

    beta: float = option(0.5, low=0.0, high=100.0)
    """How steeply a preference is rewarded, and how far the student may go from where it starts."""
    alpha: float = option(1.0, low=0.0, high=100.0)
    """Weight of the chosen solution's negative log-likelihood per token; 0: DPO alone."""

    def lesson(self, prompt: str, pair: Pair) -> Lesson | str:
        """The chosen and the rejected solution with the margin between their votes; a pair without them drops."""
        rejected = (pair.rejected or "").strip()
        if not rejected or rejected == pair.solution.strip() or not pair.margin or pair.margin <= 0:
            return "no-rejected"
        return Lesson(prompt, pair.solution, pair.margin, pair.rejected)

    def module(
        self, model: "PreTrainedModel", plan: "TrainingPlan", after_step: "Callable[[StepRecord], bool]"
    ) -> "FineTuning":
        """Learning to prefer."""
        from crescent.training.preference import PreferenceTuning

        return PreferenceTuning(model, plan, after_step, beta=self.beta, alpha=self.alpha)

    def sequences(self) -> int:
        """The chosen and the rejected solution's."""
        return 2

    def reference(self) -> bool:
        """Of the model that the training starts from."""
        return True
