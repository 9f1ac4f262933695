"""The protocol of an objective."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from crescent.records import Pair
from crescent.training.examples import Lesson

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from crescent.training.module import FineTuning, StepRecord
    from crescent.training.plan import TrainingPlan


class Objective(Protocol):
    """What is learned from a pair, and the loss that is minimised."""

    def lesson(self, prompt: str, pair: Pair) -> Lesson | str:
        """What the student learns from `pair`, asked with `prompt`; or the reason, in a word, why the pair drops."""
        ...

    def module(
        self, model: "PreTrainedModel", plan: "TrainingPlan", after_step: "Callable[[StepRecord], bool]"
    ) -> "FineTuning":
        """The Lightning module that trains `model`: `FineTuning`, or a subclass with a loss of its own."""
        ...

    def sequences(self) -> int:
        """Conversations per pair that go through the model: 2 where a rejected solution is compared. For the plan."""
        ...

    def reference(self) -> bool:
        """Whether the module needs `references`: log-probabilities under the model that the training starts from."""
        ...
