"""Generation as a Lightning prediction: one step generates one shard, a callback publishes it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import BasePredictionWriter

from crescent.generation.backend import Completed
from crescent.generation.request import Shard
from crescent.records import Completion, Row
from crescent.run.shards import ShardFolder


class GenerationModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Carries a backend's stream of shards through `Trainer.predict`: a step waits for the next one to be complete.

    A backend works on all shards at once and finishes them in its own order, so the batch of a step is one of them but
    not always the one that the step brings.
    """

    def __init__(self, stream: Iterator[Completed]) -> None:
        super().__init__()
        self.stream = stream

    def predict_step(self, batch: Shard, batch_idx: int) -> Completed:
        """The completions of one shard, with its index."""
        return next(self.stream)


class ShardWriter(BasePredictionWriter):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Publishes every shard as soon as it is generated, each completion as the row that `convert` makes of it.

    `asked` has the digest of every shard's requests, which goes into its name.
    """

    def __init__(self, shards: ShardFolder, convert: Callable[[Completion], Row], asked: Mapping[int, str]) -> None:
        super().__init__(write_interval="batch")
        self.shards = shards
        self.convert = convert
        self.asked = asked

    def write_on_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        prediction: Completed,
        batch_indices: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int,
    ) -> None:
        """Called by Lightning after each step."""
        index, completions = prediction
        self.shards.write(index, map(self.convert, completions), self.asked[index])
