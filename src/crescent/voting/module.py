"""The vote as a Lightning prediction: one step votes on a batch of questions."""

from collections.abc import Iterable, Iterator
from itertools import islice

import pytorch_lightning as pl
from torch.utils.data import DataLoader, IterableDataset

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.ballots import by_question, decide

Ballots = list[tuple[str, list[Solution]]]
"""Questions with their solutions in sample order."""
QUESTIONS = 512
"""Questions per step: bounds memory, changes no outcome."""


class SolutionDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Serves solutions grouped by question.

    `passes` are streams of solutions, each in question order: adaptive sampling asks for a question's solutions in
    several passes. They are merged as they are read, so memory does not grow with their number. Of `world_size` ranks
    each is served every so many batches.
    """

    def __init__(self, passes: Iterable[Iterable[Solution]], rank: int = 0, world_size: int = 1) -> None:
        super().__init__()
        self.passes = list(passes)
        self.rank, self.world_size = rank, world_size

    def predict_dataloader(self) -> DataLoader[Ballots]:
        """`QUESTIONS` questions per step."""
        return DataLoader(_Batches(self.passes, self.rank, self.world_size), batch_size=None)


class _Batches(IterableDataset[Ballots]):
    def __init__(self, passes: list[Iterable[Solution]], rank: int, world_size: int) -> None:
        self.passes = passes
        self.rank, self.world_size = rank, world_size

    def __iter__(self) -> Iterator[Ballots]:
        questions = by_question(self.passes)
        index = 0
        while batch := list(islice(questions, QUESTIONS)):
            if index % self.world_size == self.rank:
                yield batch
            index += 1


class VotingModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Votes; `consensus` collects the outcomes in order."""

    def __init__(self, config: Voting) -> None:
        super().__init__()
        self.config = config
        self.consensus: list[Consensus] = []

    def predict_step(self, batch: Ballots, batch_idx: int) -> None:
        """The consensus of every question of a batch."""
        self.consensus += [decide(question, solutions, self.config) for question, solutions in batch]
