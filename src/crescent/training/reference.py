"""The log-probabilities of solutions under the model that a training starts from: computed once, kept until its end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytorch_lightning as pl

from crescent.errors import DamagedError
from crescent.runs.manifest import read_sealed, write_sealed
from crescent.training.datamodule import StepBatch, StepDataModule
from crescent.training.module import FineTuning
from crescent.training.plan import Step, TrainingPlan

FILE = "reference.json"


class References(msgspec.Struct, kw_only=True):
    """`sums`: numbers of examples, each with the log-probabilities, in nats, of the solutions of its conversations.

    `fingerprint`: of the training. The file carries a digest of itself; one that was cut or altered is made anew.
    """

    fingerprint: str
    sums: list[tuple[int, tuple[float, ...]]]


class Likelihoods(FineTuning):
    """`FineTuning` that looks and does not learn: a step is a batch of examples, and what it gives is their sums."""

    def predict_step(self, batch: StepBatch, batch_idx: int) -> list[tuple[int, tuple[float, ...]]]:
        """(number, log-probabilities of its solutions) for this rank's examples of the batch."""
        found: list[tuple[int, tuple[float, ...]]] = []
        for micro_batch in batch.micro_batches:
            documents = iter([-float(losses.sum()) for losses in self.losses(micro_batch)])
            for number in micro_batch.numbers:
                count = len(self.plan.examples.kept[number].documents)
                found.append((number, tuple(next(documents) for _ in range(count))))
        return found


def references(
    student: Any, plan: TrainingPlan, folder: Path, trainer: Callable[[], pl.Trainer]
) -> Mapping[int, tuple[float, ...]]:
    """Those of all examples that have a rejected solution, from `folder` where they are there. All ranks call this.

    `student` must have the weights that the training starts from; `trainer` makes what passes the examples through it.
    """
    path, fingerprint = folder / FILE, plan.fingerprint(student)
    try:
        known = read_sealed(path, References)
    except DamagedError:
        known = None
    if known is not None and known.fingerprint == fingerprint:
        return dict(known.sums)
    contrasted = [number for number, example in enumerate(plan.examples.kept) if example.rejected is not None]
    size = plan.config.batch_size
    batches = [Step(0, contrasted[start : start + size]) for start in range(0, len(contrasted), size)]
    looking = replace(plan, steps=batches)
    made, mode = trainer(), student.training
    steps = made.predict(Likelihoods(student, looking), datamodule=StepDataModule(looking)) or []
    student.train(mode)
    sums = sorted(_of_all_ranks([row for step in steps for row in step], made.world_size))
    if made.is_global_zero:
        write_sealed(path, References(fingerprint=fingerprint, sums=sums))
    return dict(sums)


def _of_all_ranks(rows: list[Any], world_size: int) -> list[Any]:
    if world_size == 1:
        return rows
    from torch import distributed

    gathered: list[list[Any]] = [[] for _ in range(world_size)]
    distributed.all_gather_object(gathered, rows)
    return [row for part in gathered for row in part]
