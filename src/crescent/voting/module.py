"""The vote as a Lightning prediction: one step votes on a batch of questions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pytorch_lightning as pl
from torch.utils.data import DataLoader, IterableDataset

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.ballots import by_question
from crescent.voting.labels.label import Label

Ballot = tuple[str, list[Solution]]
"""A question with its solutions in sample order."""
QUESTIONS = 512
"""Questions per step: bounds memory, changes no outcome."""


class SolutionDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Serves solutions grouped by question.

    `passes` are streams of solutions, each in question order: adaptive sampling asks for a question's solutions in
    several passes. They are merged as they are read, so memory does not grow with their number. Of `world_size` ranks
    each is served every so many questions.
    """

    def __init__(self, passes: Iterable[Iterable[Solution]], rank: int = 0, world_size: int = 1) -> None:
        super().__init__()
        self.passes = list(passes)
        self.rank, self.world_size = rank, world_size

    def predict_dataloader(self) -> DataLoader[list[Ballot]]:
        """`QUESTIONS` questions per step."""
        questions = _Questions(self.passes, self.rank, self.world_size)
        return DataLoader(questions, batch_size=QUESTIONS, collate_fn=list)  # type: ignore[arg-type]


class _Questions(IterableDataset[Ballot]):
    def __init__(self, passes: list[Iterable[Solution]], rank: int, world_size: int) -> None:
        self.passes = passes
        self.rank, self.world_size = rank, world_size

    def __iter__(self) -> Iterator[Ballot]:
        return islice(by_question(self.passes), self.rank, None, self.world_size)


class VotingModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Votes by the rule `label`, within the guards of `config`."""

    def __init__(self, label: Label, config: Voting) -> None:
        super().__init__()
        self.label, self.config = label, config

    def predict_step(self, batch: Sequence[Ballot], batch_idx: int) -> list[Consensus]:
        """The consensus of every question of the batch, in order."""
        return [self.label.decide(question, solutions, self.config) for question, solutions in batch]
