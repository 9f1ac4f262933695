"""The LightningModule: one `training_step` is one whole optimizer step. Other objectives are subclasses of it."""

import inspect
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import pytorch_lightning as pl
import torch
from torch.nn.functional import cross_entropy

from crescent.config.schema import Training
from crescent.config.seeds import derived_seed
from crescent.training.datamodule import StepBatch
from crescent.training.packing import IGNORED, MicroBatch
from crescent.training.plan import TrainingPlan
from crescent.training.sharding import sharded, whole_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def learning_rate(step: int, steps: int, config: Training) -> float:
    """Learning rate of optimizer step `step` (from 0) of `steps`.

    Rises over the first `warmup` share of the steps, rounded up, reaching the peak with the last of them; then falls
    along a line or a half cosine that would touch zero one step after the last, or stays. No step has rate zero.
    """
    rising = min(math.ceil(config.warmup * steps), steps)
    if step < rising:
        return config.learning_rate * (step + 1) / rising
    left = (steps - step) / (steps - rising)
    match config.schedule:
        case "linear":
            return config.learning_rate * left
        case "cosine":
            return config.learning_rate * (1 - math.cos(math.pi * left)) / 2
        case _:
            return config.learning_rate


class StepRecord(NamedTuple):
    """What one optimizer step did. `step` counts from 1; `loss` is the objective's, before the update: of `sft` in nats
    per solution token. `figures`: what the objective counts beside it, summed over the step."""

    step: int
    steps: int
    loss: float
    gradient_norm: float
    learning_rate: float
    tokens: int
    solution_tokens: int
    figures: Mapping[str, float]


class FineTuning(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """AdamW on the solution tokens, by hand: a step accumulates its micro-batches, clips, and updates once.

    The loss of a step is the sum of the negative log-likelihood over its solution tokens, on all ranks, divided by
    their number on all ranks, so neither micro-batches nor ranks nor packing change what is minimised. Under a strategy
    that shards weights, `model` is replaced by a sharded copy of the one that was given.

    Another objective overrides `part` and `whole`: the loss of a step is the sum of `part` over its passes, on all
    ranks, divided by `whole`. `references`: of each example, by number, the log-probabilities of its conversations'
    solutions under the model that the training starts from, where the objective asks for them.

    `after_step` is called with the record of every finished step, on every rank; what it returns says whether to stop.
    `failure` is set, and training ends before the update, when loss or gradient is not a number.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        plan: TrainingPlan,
        after_step: Callable[[StepRecord], bool] = lambda record: False,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.model = model
        self.plan = plan
        self.config = plan.config
        self.after_step = after_step
        self.failure: StepRecord | None = None
        self.restore: Callable[[torch.optim.Optimizer], None] | None = None
        self.references: Mapping[int, tuple[float, ...]] = {}
        self._figures: dict[str, torch.Tensor] = {}
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.skips_columns = "logits_to_keep" in inspect.signature(base.forward).parameters

    def configure_model(self) -> None:
        """Spread the weights over the ranks, where the strategy has a mesh for that."""
        if self.device_mesh is not None:
            self.model = sharded(self.model, self.device_mesh["data_parallel"])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW with PyTorch's betas and epsilon. Weight decay spares vectors: norms and biases."""
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        groups = [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": self.config.weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW([g for g in groups if g["params"]], lr=self.config.learning_rate, fused=True)
        if self.restore is not None:
            self.restore(optimizer)
        return optimizer

    def training_step(self, batch: StepBatch, batch_idx: int) -> torch.Tensor:
        """Run the whole optimizer step `batch.step` (from 0); return its loss before the update, without gradient."""
        # Dropout draws from the step's own seed, so that a resumed training sees what an unbroken one sees.
        torch.manual_seed(derived_seed(self.plan.seed, "step", batch.step, self.global_rank))
        optimizer: Any = self.optimizers()
        rate = learning_rate(batch.step, len(self.plan.steps), self.config)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss: torch.Tensor = self._over_ranks(self._accumulate(batch))
        parameters = [parameter for parameter in self.model.parameters() if parameter.grad is not None]
        norm = whole_of(torch.nn.utils.clip_grad_norm_(parameters, self.config.clip or float("inf")))
        record = StepRecord(
            step=batch.step + 1,
            steps=len(self.plan.steps),
            loss=float(loss),
            gradient_norm=float(norm),
            learning_rate=rate,
            tokens=batch.tokens,
            solution_tokens=batch.solution_tokens,
            figures={name: float(self._over_ranks(figure)) for name, figure in sorted(self._figures.items())},
        )
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            self.failure = record
            self.trainer.should_stop = True
        else:
            optimizer.step()
            if self.after_step(record):
                self.trainer.should_stop = True
        optimizer.zero_grad()
        return loss

    def part(self, batch: MicroBatch) -> torch.Tensor:
        """What a pass adds to the step's loss, before that is divided by `whole`. A scalar with gradient.

        A pass may have no example (`batch.numbers` is empty); its part is then zero, of the model's output all the
        same, for with sharded weights all ranks go backward together.
        """
        logits, targets = self.logits(batch)
        return cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum")

    def whole(self, batch: StepBatch) -> float:
        """What the parts of a step, summed over its passes and ranks, are divided by."""
        return batch.solution_tokens

    def count(self, name: str, value: torch.Tensor) -> None:
        """Add to a figure of this step. All ranks must name the same ones, each in every step."""
        self._figures[name] = self._figures.get(name, torch.zeros((), device=self.device)) + value.detach()

    def losses(self, batch: MicroBatch) -> list[torch.Tensor]:
        """The negative log-likelihood of every solution token, in nats: a tensor (tokens,) for each document."""
        logits, targets = self.logits(batch)
        losses = cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none")
        if batch.document_lengths is not None:
            return list(torch.split(losses, batch.solution_lengths))
        rows = zip(losses.view(batch.targets.shape), batch.targets, strict=True)
        return [row[targets != IGNORED] for row, targets in rows]

    def logits(self, batch: MicroBatch) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (targets, vocabulary) in float32, and the targets (targets,), some of them `IGNORED`."""
        more: dict[str, Any] = {"logits_to_keep": batch.columns} if self.skips_columns else {}
        if batch.document_lengths is not None:
            more["document_lengths"] = batch.document_lengths
        logits = self.model(
            input_ids=batch.input_ids, position_ids=batch.position_ids, use_cache=False, return_dict=True, **more
        ).logits
        if not self.skips_columns:
            logits = logits[:, batch.columns]
        return logits.reshape(-1, logits.shape[-1]).float(), batch.targets.flatten()

    def _accumulate(self, batch: StepBatch) -> torch.Tensor:
        """Add up the gradient of the step's loss; return this rank's part of the loss."""
        self._figures = {}
        total = torch.zeros((), device=self.device)
        whole = self.whole(batch)
        # Gradients are averaged over ranks, the loss is a sum over them.
        scale = self.trainer.world_size / whole
        last = len(batch.micro_batches) - 1
        for number, micro_batch in enumerate(batch.micro_batches):
            with nullcontext() if number == last else self._unsynchronised():
                part = self.part(micro_batch)
                self.manual_backward(part * scale)
            total += part.detach()
        return total / whole

    def _over_ranks(self, summand: torch.Tensor) -> torch.Tensor:
        summed: torch.Tensor = self.trainer.strategy.reduce(summand, reduce_op="sum")
        return summed

    def _unsynchronised(self) -> Any:
        strategy = self.trainer.strategy
        return strategy.block_backward_sync() if self.trainer.world_size > 1 else nullcontext()
