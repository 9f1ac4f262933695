"""Running Lightning's `Trainer.predict` for a stage: quiet, no files of its own, shards published as they come."""

import os
import signal
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytorch_lightning as pl

from crescent.config.schema import Sampling
from crescent.config.seeds import derived_seed
from crescent.config.slots import SLOTS
from crescent.errors import StageError
from crescent.generation.backend import Backend
from crescent.generation.datamodule import PromptDataModule, cut
from crescent.generation.module import GenerationModule
from crescent.generation.own import Opened, OwnBackend, Writing
from crescent.generation.request import Continuation, Request, requests_digest
from crescent.generation.transformers_backend import TransformersBackend
from crescent.loop.stages.context import Context, ModelRef
from crescent.models.load import load_tokenizer, stop_tokens_at
from crescent.models.thoughts import spoken
from crescent.records import Completion, Row
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage
from crescent.runs.waiting import wait_for
from crescent.training.launch import cluster_environment, quiet_lightning


def predict(context: Context, module: pl.LightningModule, data: pl.LightningDataModule) -> list[Any]:
    """Run `module.predict_step` over `data` on this rank's device. What the steps return, lists, put together."""
    with quiet_lightning():
        trainer = pl.Trainer(
            accelerator="cpu" if context.device == "cpu" else "gpu",
            devices=1,
            logger=False,
            plugins=[cluster_environment(1)],
            callbacks=[_OwnSignals()],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=context.run.path,
            # The parts turn inference mode on where they compute. A model that is first loaded within a step is used
            # afterwards as well, and tensors made in inference mode cannot be trained or changed in place.
            inference_mode=False,
        )
        handler = signal.getsignal(signal.SIGINT)
        try:
            batches = trainer.predict(module, datamodule=data) or []  # None: there is no batch
        except SystemExit as error:
            # Lightning turns Ctrl-C into an exit of its own and leaves SIGINT ignored; the run wants to hear of it.
            if isinstance(error.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            raise
        finally:
            signal.signal(signal.SIGINT, handler)
    return list(chain.from_iterable(batches))


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
    unit: str = "samples",
    shard_size: int | None = None,
    backend: Backend | None = None,
) -> ShardFolder:
    """Sample every request with model `ref` into the stage's shards of `kind`; finished shards are left as they are.

    A shard is finished when it answers these requests. One that answers others, as an earlier start made them which
    decided otherwise, is removed, and the events say so: what is there in the end are the answers to `requests` alone.

    Of several ranks each samples its shards, and returns when those of all are there.
    `convert` makes the rows that are kept of the completions. Without it they are kept as they are, but for thoughts of
    a reasoning model, which are no part of a question; `model.think` says what becomes of them in solutions.
    Continuations are kept as they are. `backend` is what writes, `writer` of the model where it is not given.
    """
    shards = stage.shards(kind)
    size = shard_size or context.config.backend.shard_size
    asked = {index: requests_digest(part) for index, part in enumerate(cut(requests, size))}
    if context.is_main and (others := shards.discard_others(asked)):
        stage.tell("discard", kind=kind, shards=others, reason="they answer other requests than are asked now")
    data = PromptDataModule(requests, size, shards.answering(asked), context.rank, context.world_size)
    if data.shards:
        texts = {request.id for request in requests if isinstance(request, Continuation)}
        think = context.settings(ref).think if convert else "strip"

        def publish(index: int, completions: list[Completion]) -> Path:
            kept = (each if each.request in texts else _kept(each, convert, think) for each in completions)
            return shards.write(index, kept, asked[index])

        writes = backend or writer(context, stage, ref)
        if texts and not writes.continues:
            raise StageError(f"{stage.name}: {ref.label} cannot go on with texts that are begun ({writes.decoder})")
        _sample(context, stage, data, writes, ref, sampling, title, unit, publish)
    if context.world_size > 1:
        wait_for(lambda: shards.answering(asked) == asked.keys())
    return shards


def _sample(
    context: Context,
    stage: Stage,
    data: PromptDataModule,
    backend: Backend,
    ref: ModelRef,
    sampling: Sampling,
    title: str,
    unit: str,
    publish: Callable[[int, list[Completion]], Path],
) -> None:
    total = sum(request.samples for _, shard in data.shards for request in shard)
    seed = derived_seed(context.config.seed, stage.name)
    if stage.note(decoder=backend.decoder) and backend.decoder.startswith("generate"):
        context.report.say(f"{ref.label} is decoded by transformers' {backend.decoder}. This is slower.")
    with context.report.task(title, total, unit) as advance, stage.work():
        predict(context, GenerationModule(backend, sampling, seed, advance, publish), data)


def continues(context: Context) -> bool:
    """Whether what writes may be given continuations; of a model in this process it turns out when it is tried."""
    config = context.config.backend
    if config.name == "own":
        return bool(getattr(SLOTS["backend"].find(config.own["use"]), "continues", False))
    return config.name != "server"


def writer(
    context: Context, stage: Stage, ref: ModelRef, batch_size: int | None = None, longest: int | None = None
) -> Backend:
    """What writes with model `ref`, by `backend`.

    `batch_size` and `longest`, the most tokens of a sequence: in place of `backend.batch_size` and `model.context`, for
    a model in this process. An engine has both from its start.

    Raises:
        StageError: the server serves another model.
    """
    config, model = context.config.backend, context.settings(ref)
    if config.name == "server":
        from crescent.loop.stages.servers import server_backend

        return server_backend(context, stage, ref, visible_devices(context))
    if config.name == "vllm":
        from crescent.generation.vllm_backend import VllmBackend
        from crescent.generation.vllm_engine import Engine, engine_environment, engine_settings

        place, revision = context.place(ref)
        settings = engine_settings(config, model, place, revision)
        environment = engine_environment(config, visible_devices(context), context.config.trainer.threads)
        log = context.run.path / ("vllm.log" if context.world_size == 1 else f"vllm-{context.rank}.log")
        engine = context.engine(ref, lambda: Engine(settings, log, config.python, environment))
        tokenizer = load_tokenizer(model, place, revision)
        return VllmBackend(engine, tokenizer, stop_tokens_at(place, tokenizer, revision), model.context)
    if config.name == "own":
        return context.engine(ref, lambda: _own(context, ref, model.context)).backend
    return TransformersBackend(context.model(ref), batch_size or config.batch_size, longest or model.context)


def _own(context: Context, ref: ModelRef, longest: int) -> Opened:
    place, revision = context.place(ref)
    backend: OwnBackend = SLOTS["backend"].build(context.config.backend.own)
    size = context.config.backend.batch_size
    backend.open(Writing(place, revision, context.device, longest, size, lambda: context.model(ref)))
    return Opened(backend)


def visible_devices(context: Context) -> str | None:
    """The GPU of this rank in the words of CUDA_VISIBLE_DEVICES; None: all that this process sees, or none."""
    if context.world_size == 1 or context.device == "cpu":
        return None
    import torch

    seen = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    local = torch.cuda.current_device()
    return seen[local] if seen else str(local)


def _kept(completion: Completion, convert: Callable[[Completion], Row] | None, think: str) -> Row:
    said = msgspec.structs.replace(completion, text=spoken(completion.text, think))
    return convert(said) if convert else said
