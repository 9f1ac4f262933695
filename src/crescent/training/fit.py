"""Fine-tuning from pairs to a trained model: the stage's work, without its folder and its manifest."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytorch_lightning as pl
import torch
from pytorch_lightning.strategies import ModelParallelStrategy

from crescent.config.schema import Training
from crescent.config.seeds import derived_seed
from crescent.runs.atomic import publish
from crescent.training.attention import by_document
from crescent.training.checkpoint import Checkpoints
from crescent.training.datamodule import StepDataModule
from crescent.training.examples import Lesson, encode_pairs
from crescent.training.export import export_adapter
from crescent.training.launch import cluster_environment, quiet_lightning
from crescent.training.module import StepRecord
from crescent.training.objectives.objective import Objective
from crescent.training.objectives.sft import Sft
from crescent.training.plan import TrainingPlan, plan_steps
from crescent.training.prepare import keeps_documents_apart, prepared
from crescent.training.reference import references
from crescent.training.sharding import collect
from crescent.training.stop import StopSignals

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FINISHED = "finished"
CHECKPOINTS = "checkpoints"
EVIDENCE = "nan.json"
ADAPTER = "adapter"


class TrainingResult(msgspec.Struct, kw_only=True):
    """What a training did, an earlier part of it that was resumed included.

    `steps`: optimizer steps applied, of `epochs` that were begun; `tokens` and `solution_tokens`: seen in them;
    `losses`: per step, the objective's, of `sft` in nats per solution token; `figures`: what the objective counted
    beside it, summed over the last steps that see every example once; `mean_weight`: of the examples; `dropped`:
    number of a pair -> reason; `packed`: whether forward passes were free of padding; `state`: "finished" or why it
    stopped.
    """

    steps: int
    epochs: int
    tokens: int
    solution_tokens: int
    losses: list[float]
    figures: dict[str, float]
    mean_weight: float
    dropped: dict[int, str]
    packed: bool
    state: str


def train(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    pairs: Sequence[Lesson | tuple[str, str]],
    config: Training,
    *,
    seed: int,
    folder: Path,
    objective: Objective | None = None,
    on_step: Callable[[StepRecord], None] | None = None,
    accelerator: str = "auto",
    devices: int = 1,
    num_nodes: int = 1,
    strategy: str = "auto",
) -> TrainingResult:
    """Fine-tune `model`, in place, on (prompt, solution) pairs; go on from the checkpoint in `folder` if there is one.

    With an `objective` (None: `sft`) the pairs are the lessons that it makes.

    A loss or gradient that is not a number ends the training before it reaches the weights: `state` says so and
    `folder/nan.json` holds step, loss, learning rate and the indices of the pairs. Ctrl-C and SIGTERM end it after the
    current step, with a checkpoint, and are then raised again. `on_step` is called on rank 0 after every step.

    With `devices * num_nodes` > 1 every rank calls this, started by torchrun or srun. `strategy` is then "fsdp", which
    spreads the weights over the ranks and in the end leaves the trained ones with rank 0 alone, or "ddp" ("auto" is the
    same). With `config.packing` a model that cannot keep packed conversations apart is trained on padded rows instead.

    Raises:
        StageError: nothing to train on, or several devices without a launcher.
        ModelError: no usable chat template; adapters that do not suit the model.
        DamagedError, RunFolderError: the checkpoint in `folder` is damaged or of another training.
    """
    environment = cluster_environment(devices * num_nodes)
    longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if longest is not None and 0 < longest < config.max_length:
        config = dataclasses.replace(config, max_length=longest)
    config = dataclasses.replace(config, packing=config.packing and keeps_documents_apart(model))
    ends = model.generation_config.eos_token_id if model.generation_config is not None else None
    stops = ends if isinstance(ends, list) else [] if ends is None else [ends]
    examples = encode_pairs(tokenizer, pairs, config.max_length, stops)
    steps = plan_steps(len(examples.kept), config.epochs, config.batch_size, seed, config.steps)
    learns = objective or Sft()
    plan = TrainingPlan(config, seed, examples, steps, described(learns))
    folder.mkdir(parents=True, exist_ok=True)
    # CUDA's generators are left alone: reading their state would open a context on every device.
    with quiet_lightning(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "adapters"))

        def make_trainer() -> pl.Trainer:
            return pl.Trainer(
                accelerator=accelerator,
                devices=devices,
                num_nodes=num_nodes,
                strategy=_strategy(strategy, devices * num_nodes),
                plugins=[environment],
                precision=config.precision,
                max_epochs=1,
                default_root_dir=folder,
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
                use_distributed_sampler=False,
                num_sanity_val_steps=0,
                inference_mode=False,  # what looks before the training leaves nothing that cannot be trained
            )

        with prepared(model, config) as student, by_document(model, config.packing):
            before = references(student, plan, folder, make_trainer) if learns.reference() else {}
            trainer = make_trainer()
            done, failure = _fit(trainer, student, plan, learns, before, folder, on_step)
            if trainer.is_global_zero and config.method == "lora" and config.lora.keep_adapter:
                export_adapter(student, folder / ADAPTER)
    if failure is not None and trainer.is_global_zero:
        _keep_evidence(folder / EVIDENCE, failure, plan.pairs_of(failure.step - 1))
    losses = done.losses
    seen = [example for step in range(len(losses)) for example in plan.examples_of(step)]
    return TrainingResult(
        steps=len(losses),
        epochs=plan.steps[len(losses) - 1].epoch + 1 if losses else 0,
        tokens=sum(example.tokens for example in seen),
        solution_tokens=sum(example.solution_tokens for example in seen),
        losses=losses,
        figures=_summed(done.figures[-len(examples.kept) // config.batch_size :]),
        mean_weight=math.fsum(example.weight for example in examples.kept) / len(examples.kept),
        dropped=examples.dropped,
        packed=config.packing,
        state=FINISHED if failure is None else _why(failure),
    )


def _fit(
    trainer: pl.Trainer,
    student: Any,
    plan: TrainingPlan,
    objective: Objective,
    before: Mapping[int, tuple[float, ...]],
    folder: Path,
    on_step: Callable[[StepRecord], None] | None,
) -> tuple["_Done", StepRecord | None]:
    """Run the steps that are left; return what all of them told, and the step that was not a number."""
    checkpoints = Checkpoints(folder / CHECKPOINTS, plan.fingerprint(student), plan.config.checkpoint_minutes)
    done = checkpoints.newest(trainer.global_rank, trainer.world_size)
    told = _Done(list(done.losses), list(done.figures)) if done else _Done([], [])
    stop = StopSignals()

    def after_step(record: StepRecord) -> bool:
        told.losses.append(record.loss)
        told.figures.append(dict(record.figures))
        if trainer.is_global_zero and on_step is not None:
            try:
                on_step(record)
            except KeyboardInterrupt:
                stop.request()
        # A request may have reached one rank alone, and clocks differ: rank 0's counts.
        stopping, due = _any_rank(trainer, stop.received is not None, trainer.is_global_zero and checkpoints.due())
        if stopping or due:
            checkpoints.save(module.model, trainer.optimizers[0], record.step, told.losses, told.figures)
        return stopping

    module = objective.module(student, plan, after_step)
    module.references = before
    if len(told.losses) == len(plan.steps):
        if done:
            checkpoints.load(student, None, done)
    else:
        if done:
            module.restore = lambda optimizer: checkpoints.load(module.model, optimizer, done)
        trainer.callbacks.append(stop)
        with stop:
            try:
                trainer.fit(module, datamodule=StepDataModule(plan, len(told.losses)))
                checkpoints.wait()
            except SystemExit as end:
                # What Lightning makes of an interrupt; here it came from a second Ctrl-C, in the middle of a step.
                raise (end.__context__ if isinstance(end.__context__, KeyboardInterrupt) else end) from None
        stop.deliver()
        if module.model is not student:
            collect(module.model, student, keep=trainer.is_global_zero)
    return told, module.failure


class _Done(NamedTuple):
    """What every step told: its loss, and its figures."""

    losses: list[float]
    figures: list[dict[str, float]]


def described(objective: Objective) -> dict[str, Any]:
    """Which objective it is, and its settings, as far as they are plain values."""
    kind, plain = type(objective), (str, int, float, bool)
    settings = {name: value for name, value in vars(objective).items() if isinstance(value, plain)}
    return {"use": f"{kind.__module__}:{kind.__qualname__}", **settings}


def _summed(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = sorted({name for step in figures for name in step})
    return {name: math.fsum(step.get(name, 0.0) for step in figures) for name in names}


def _any_rank(trainer: pl.Trainer, *flags: bool) -> list[bool]:
    """For each flag whether it is set on any rank."""
    raised = torch.tensor(flags, dtype=torch.float32, device=trainer.strategy.root_device)
    return [count > 0 for count in trainer.strategy.reduce(raised, reduce_op="sum").tolist()]


def _strategy(name: str, world_size: int) -> Any:
    """What Lightning takes for a strategy."""
    if name == "fsdp":
        return ModelParallelStrategy(world_size, 1)
    return "auto" if world_size == 1 else "ddp"


def _why(failure: StepRecord) -> str:
    what = "gradient" if math.isfinite(failure.loss) else "loss"
    return f"stopped: {what} is not a number at step {failure.step}"


def _keep_evidence(path: Path, failure: StepRecord, pairs: list[int]) -> None:
    evidence = {
        "step": failure.step,
        "loss": str(failure.loss),
        "gradient_norm": str(failure.gradient_norm),
        "learning_rate": failure.learning_rate,
        "pairs": pairs,
    }
    publish(path, msgspec.json.format(msgspec.json.encode(evidence), indent=1) + b"\n")
