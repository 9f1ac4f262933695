"""The whole training, fixed before its first step: which pairs every optimizer step trains on, and how."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import count as count_up
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from crescent.config.effects import effects
from crescent.config.schema import Training
from crescent.config.seeds import derived_seed
from crescent.training.examples import Example, Examples

if TYPE_CHECKING:
    from torch import nn


class Step(NamedTuple):
    """One optimizer step. `epoch` counts from 0; `examples` are indices into the kept examples."""

    epoch: int
    examples: list[int]


@dataclass(frozen=True)
class TrainingPlan:
    """Everything that decides what is learnt, but the weights it starts from. `objective`: its section."""

    config: Training
    seed: int
    examples: Examples
    steps: list[Step]
    objective: Mapping[str, Any] = field(default_factory=dict)

    def examples_of(self, step: int) -> list[Example]:
        """The examples of a step (from 0), those of all ranks."""
        return [self.examples.kept[index] for index in self.steps[step].examples]

    def pairs_of(self, step: int) -> list[int]:
        """Where the examples of a step (from 0) stand among the pairs that were given."""
        return [self.examples.pairs[index] for index in self.steps[step].examples]

    def fingerprint(self, model: "nn.Module") -> str:
        """SHA-256 of all that a checkpoint depends on: examples, settings, names and shapes of the trained weights.

        Settings that only cut the same work differently (micro-batches, packing) are left out: they may be changed
        before a resume, when memory ran out.
        """
        values = asdict(self.config)
        lora = values.pop("lora")
        settings = {name: value for name, value in values.items() if "training" in effects(f"training.{name}")}
        adapters = lora if self.config.method == "lora" else None
        shapes = [(name, list(p.shape)) for name, p in model.named_parameters() if p.requires_grad]
        return hashlib.sha256(
            msgspec.json.encode([self.seed, settings, self.objective, adapters, shapes, self.examples.kept])
        ).hexdigest()


def plan_steps(count: int, epochs: int, batch_size: int, seed: int, limit: int | None = None) -> list[Step]:
    """All optimizer steps: a fresh order of all `count` examples per epoch, the last incomplete batch kept.

    `limit`: there are exactly so many steps, whatever `epochs` says: as many epochs as they need, the last one cut.

    The order is a sort by hash and not a library's shuffle, so that it stays the same across versions and
    platforms: a training that is resumed after an upgrade goes on with the plan it began with.
    """
    steps: list[Step] = []
    for epoch in range(epochs) if limit is None else count_up():
        order = sorted(range(count), key=lambda index: derived_seed(seed, "order", epoch, index))
        steps += [Step(epoch, order[start : start + batch_size]) for start in range(0, count, batch_size)]
        if limit is not None and len(steps) >= limit:
            break
    return steps[:limit]
