"""Generation as a Lightning prediction: one step generates one shard, a callback publishes it."""

from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import BasePredictionWriter

from crescent.config.schema import Sampling
from crescent.generation.backend import Backend, Report
from crescent.generation.datamodule import Shard
from crescent.records import Completion, Row
from crescent.run.shards import ShardFolder


class GenerationModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Carries a backend through `Trainer.predict`."""

    def __init__(self, backend: Backend, sampling: Sampling, seed: int, report: Report) -> None:
        super().__init__()
        self.backend = backend
        self.sampling = sampling
        self.seed = seed
        self.report = report

    def predict_step(self, batch: Shard, batch_idx: int) -> tuple[int, list[Completion]]:
        """The completions of one shard, with its index."""
        index, requests = batch
        return index, self.backend.generate(requests, self.sampling, self.seed, self.report)


class ShardWriter(BasePredictionWriter):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Publishes every shard as soon as it is generated, each completion as the row that `convert` makes of it."""

    def __init__(self, shards: ShardFolder, convert: Callable[[Completion], Row]) -> None:
        super().__init__(write_interval="batch")
        self.shards = shards
        self.convert = convert

    def write_on_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        prediction: tuple[int, list[Completion]],
        batch_indices: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int,
    ) -> None:
        """Called by Lightning after each step."""
        index, completions = prediction
        self.shards.write(index, map(self.convert, completions))
