"""Fine-tuning on pairs that count for more or less: `FineTuning` with a factor for each example."""

import math
from typing import Any

import torch

from crescent.training.module import FineTuning
from crescent.training.packing import MicroBatch


class WeightedTuning(FineTuning):
    """The loss of a step: sum of v_i * nll_i over its examples / its solution tokens, v_i = w_i / mean of all w.

    nll_i is the summed negative log-likelihood of example i's solution tokens, w_i its weight. The mean is over all
    examples of the training, so what an example pulls does not depend on those that share its step, and weights that
    are all the same give the loss of `FineTuning`.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        weights = [example.weight for example in self.plan.examples.kept]
        # Equal weights exactly: the mean of n equal numbers is not always that number.
        self.mean = weights[0] if min(weights) == max(weights) else math.fsum(weights) / len(weights)

    def part(self, batch: MicroBatch) -> torch.Tensor:
        """The weighted sum over the pass."""
        if not batch.numbers:
            return super().part(batch)
        factors = (self.plan.examples.kept[number].weight / self.mean for number in batch.numbers)
        summed = [factor * losses.sum() for factor, losses in zip(factors, self.losses(batch), strict=True)]
        return torch.stack(summed).sum()
