"""Learning to prefer one solution over another: DPO with the likelihood of the chosen one, weighted pair by pair.

Prasad et al. 2024 (arXiv 2411.04109, section 2), after Rafailov et al. 2023 (arXiv 2305.18290, equation 7) and Pang et
al. 2024 (arXiv 2404.19733, equation 1).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import logsigmoid

from crescent.training.datamodule import StepBatch
from crescent.training.module import FineTuning, StepRecord
from crescent.training.packing import MicroBatch
from crescent.training.plan import TrainingPlan

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PREFERRED = "preferred"
CONTRASTED = "contrasted"


def preference_loss(
    chosen: torch.Tensor, rejected: torch.Tensor, reference: Sequence[float], beta: float
) -> torch.Tensor:
    """-log sigmoid(beta * ((chosen - its reference) - (rejected - its reference))) for log-probabilities of solutions.

    `reference`: (chosen, rejected) under the model that the training starts from.
    """
    return -logsigmoid(beta * ((chosen - reference[0]) - (rejected - reference[1])))


class PreferenceTuning(FineTuning):
    """The loss of a step: the mean over its examples of w_i * (preference_loss_i + alpha * nll_i / tokens_i).

    nll_i is that of the chosen solution, which has tokens_i; w_i is the example's weight. An example without a rejected
    solution, as of what is replayed, has the second term alone. In `figures`: of how many pairs with a rejected
    solution (`contrasted`) the chosen one was the likelier (`preferred`), before the update.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        plan: TrainingPlan,
        after_step: Callable[[StepRecord], bool] = lambda record: False,
        *,
        beta: float = 0.5,
        alpha: float = 1.0,
    ) -> None:
        super().__init__(model, plan, after_step)
        self.beta, self.alpha = beta, alpha

    def part(self, batch: MicroBatch) -> torch.Tensor:
        """The sum over the examples of the pass."""
        for name in (PREFERRED, CONTRASTED):
            self.count(name, torch.zeros((), device=self.device))
        if not batch.numbers:
            return super().part(batch)
        return torch.stack(list(self._examples(batch))).sum()

    def whole(self, batch: StepBatch) -> float:
        """The number of examples."""
        return batch.examples

    def _examples(self, batch: MicroBatch) -> Iterator[torch.Tensor]:
        documents = iter(self.losses(batch))
        for number in batch.numbers:
            example = self.plan.examples.kept[number]
            losses = next(documents)
            loss = self.alpha * losses.mean()
            if example.rejected is not None:
                chosen, rejected = -losses.sum(), -next(documents).sum()
                loss = loss + preference_loss(chosen, rejected, self.references[number], self.beta)
                self.count(PREFERRED, (chosen > rejected).float())
                self.count(CONTRASTED, torch.ones((), device=self.device))
            yield example.weight * loss
