"""Objective `weighted`: as `sft`, where a pair counts as much as its vote was sure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crescent.records import Pair
from crescent.training.examples import Lesson

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from crescent.training.module import FineTuning, StepRecord
    from crescent.training.plan import TrainingPlan


@dataclass
class Weighted:
    """Each pair's loss times its `weight`, which the label rule gives; what is replayed has weight 1."""

    def lesson(self, prompt: str, pair: Pair) -> Lesson | str:
        """The chosen solution with the pair's weight; one that weighs nothing drops."""
        return Lesson(prompt, pair.solution, pair.weight) if pair.weight > 0 else "no-weight"

    def module(
        self, model: "PreTrainedModel", plan: "TrainingPlan", after_step: "Callable[[StepRecord], bool]"
    ) -> "FineTuning":
        """Fine-tuning with weights."""
        from crescent.training.weighted import WeightedTuning

        return WeightedTuning(model, plan, after_step)

    def sequences(self) -> int:
        """The chosen solution's."""
        return 1

    def reference(self) -> bool:
        """None is needed."""
        return False
