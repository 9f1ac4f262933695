"""Generation as a Lightning prediction: one step generates the shards of its batch."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytorch_lightning as pl

from crescent.config.schema import Sampling
from crescent.generation.backend import Backend, Completed, Report
from crescent.generation.request import Shard
from crescent.records import Completion


def _completed(index: int, completions: list[Completion]) -> Completed:
    return index, completions


class GenerationModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Samples completions with `backend`, which holds the model.

    `on_shard` is called with the index and the completions of every shard the moment it is complete, while others of
    the batch are still being written: what it has put on disk survives a kill in the middle of a step. What it returns
    is the step's result for the shard; without it that is the shard's index and completions.
    """

    def __init__(
        self,
        backend: Backend,
        sampling: Sampling,
        seed: int,
        report: Report = lambda samples, tokens: None,
        on_shard: Callable[[int, list[Completion]], Any] = _completed,
    ) -> None:
        super().__init__()
        self.backend = backend
        self.sampling = sampling
        self.seed = seed
        self.report = report
        self.on_shard = on_shard

    def predict_step(self, batch: Sequence[Shard], batch_idx: int) -> list[Any]:
        """The result for every shard of the batch, in the order in which the backend completes them."""
        with closing(self.backend.stream(batch, self.sampling, self.seed, self.report)) as stream:
            return [self.on_shard(index, completions) for index, completions in stream]
