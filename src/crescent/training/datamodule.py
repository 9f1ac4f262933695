"""The LightningDataModule: serves whole optimizer steps, from the first one that is not done yet."""

from typing import NamedTuple

import pytorch_lightning as pl
from torch.utils.data import DataLoader, Dataset

from crescent.training.examples import Example
from crescent.training.packing import MicroBatch, cut, longest_first, nothing, pack, pad
from crescent.training.plan import TrainingPlan


class StepBatch(NamedTuple):
    """This rank's share of optimizer step `step` (from 0). The counts of tokens and examples are those of all ranks."""

    step: int
    micro_batches: list[MicroBatch]
    tokens: int
    solution_tokens: int
    examples: int


class StepDataset(Dataset[StepBatch]):
    """Steps `first_step` to the last of the plan.

    Rank r of n takes every n-th example of a step, longest first, from the r-th on. All ranks make the same number of
    forward passes, some of them over nothing: with sharded weights each pass is one that all take part in.
    """

    def __init__(self, plan: TrainingPlan, first_step: int = 0, rank: int = 0, world_size: int = 1) -> None:
        self.plan = plan
        self.first_step = first_step
        self.rank = rank
        self.world_size = world_size

    def __len__(self) -> int:
        return len(self.plan.steps) - self.first_step

    def __getitem__(self, index: int) -> StepBatch:
        step = self.first_step + index
        numbers, examples = self.plan.steps[step].examples, self.plan.examples_of(step)
        ordered = [numbers[place] for place in longest_first(examples)]
        shares = [self._cut(ordered[rank :: self.world_size]) for rank in range(self.world_size)]
        make = pack if self.plan.config.packing else pad
        passes = [make(self._examples(part), part) for part in shares[self.rank]]
        return StepBatch(
            step=step,
            micro_batches=passes + [nothing()] * (max(map(len, shares)) - len(passes)),
            tokens=sum(example.tokens for example in examples),
            solution_tokens=sum(example.solution_tokens for example in examples),
            examples=len(examples),
        )

    def _cut(self, numbers: list[int]) -> list[list[int]]:
        return [[numbers[place] for place in part] for part in cut(self._examples(numbers), self.plan.config)]

    def _examples(self, numbers: list[int]) -> list[Example]:
        return [self.plan.examples.kept[number] for number in numbers]


class StepDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Feeds `FineTuning`: one item is one optimizer step, so the loader neither batches nor shuffles."""

    def __init__(self, plan: TrainingPlan, first_step: int = 0) -> None:
        super().__init__()
        self.plan = plan
        self.first_step = first_step

    def train_dataloader(self) -> DataLoader[StepBatch]:
        """This rank's share of the steps, in the plan's order."""
        dataset = StepDataset(self.plan, self.first_step, self.trainer.global_rank, self.trainer.world_size)
        return DataLoader(dataset, batch_size=None, shuffle=False, num_workers=0)

    def predict_dataloader(self) -> DataLoader[StepBatch]:
        """The same, for a pass that learns nothing."""
        return self.train_dataloader()
