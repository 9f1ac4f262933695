"""Running Lightning's `Trainer.predict` for a stage: quiet, no files of its own, shards published as they come."""

import signal
from collections.abc import Callable, Sequence
from typing import Any

import pytorch_lightning as pl

from crescent.config.schema import Sampling
from crescent.generation.datamodule import PromptDataModule
from crescent.generation.module import GenerationModule, ShardWriter
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.records import Completion, Row
from crescent.run.shards import ShardFolder
from crescent.run.stage import Stage
from crescent.stages.context import Context, ModelRef
from crescent.training.quiet import quiet_lightning


def predict(
    context: Context, module: pl.LightningModule, data: pl.LightningDataModule, callbacks: Sequence[Any]
) -> None:
    """Run `module.predict_step` over `data` on this rank's device."""
    with quiet_lightning():
        trainer = pl.Trainer(
            accelerator="cpu" if context.device == "cpu" else "gpu",
            devices=1,
            logger=False,
            callbacks=[*callbacks, _OwnSignals()],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=context.run.path,
        )
        handler = signal.getsignal(signal.SIGINT)
        try:
            trainer.predict(module, datamodule=data, return_predictions=False)
        except SystemExit as error:
            # Lightning turns Ctrl-C into an exit of its own and leaves SIGINT ignored; the run wants to hear of it.
            if isinstance(error.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            raise
        finally:
            signal.signal(signal.SIGINT, handler)


class _OwnSignals(pl.Callback):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Ctrl-C and SIGTERM go on to mean what they meant before: Lightning's handler of SIGTERM would swallow it."""

    def __init__(self) -> None:
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_predict_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """By now Lightning has put its own handlers in place."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


def generate(
    context: Context,
    stage: Stage,
    kind: str,
    *,
    ref: ModelRef,
    requests: Sequence[Request],
    sampling: Sampling,
    title: str,
    convert: Callable[[Completion], Row] | None = None,
) -> ShardFolder:
    """Sample every request with model `ref` into the stage's shards of `kind`; finished shards are left as they are.

    `convert` makes the rows that are kept of the completions; without it they are kept as they are.
    """
    shards = stage.shards(kind)
    config = context.config.backend
    data = PromptDataModule(requests, config.shard_size, set(shards.finished()), context.rank, context.world_size)
    if not data.shards:
        return shards
    total = sum(request.samples for _, shard in data.shards for request in shard)
    backend = TransformersBackend(context.model(ref), config.batch_size, context.config.model.context)
    with context.report.task(title, total, "samples") as advance, stage.work():
        module = GenerationModule(backend, sampling, context.config.seed, advance)
        predict(context, module, data, [ShardWriter(shards, convert or _as_it_is)])
    return shards


def _as_it_is(completion: Completion) -> Row:
    return completion
