"""Objective `sft`: the likelihood of the solutions, every token alike."""

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
class Sft:
    """Supervised fine-tuning on the chosen solutions, as in the paper (Sun et al. 2025)."""

    def lesson(self, prompt: str, pair: Pair) -> Lesson | str:
        """The chosen solution."""
        return Lesson(prompt, pair.solution)

    def module(
        self, model: "PreTrainedModel", plan: "TrainingPlan", after_step: "Callable[[StepRecord], bool]"
    ) -> "FineTuning":
        """Fine-tuning as it is."""
        from crescent.training.module import FineTuning

        return FineTuning(model, plan, after_step)

    def sequences(self) -> int:
        """The chosen solution's."""
        return 1

    def reference(self) -> bool:
        """None is needed."""
        return False
