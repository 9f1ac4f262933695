"""The vote as a Lightning prediction: one step votes on a batch of questions."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice

import pytorch_lightning as pl
from torch.utils.data import DataLoader, IterableDataset

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.consensus import vote

Ballots = list[tuple[str, list[Solution]]]
"""Questions with their solutions in sample order."""
QUESTIONS = 512
"""Questions per step: bounds memory, changes no outcome."""


class SolutionDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Serves solutions grouped by question.

    `passes` are streams of solutions, each in question order: adaptive sampling asks for a question's solutions in
    several passes. They are merged as they are read, so memory does not grow with their number.
    """

    def __init__(self, passes: Iterable[Iterable[Solution]]) -> None:
        super().__init__()
        self.passes = list(passes)

    def predict_dataloader(self) -> DataLoader[Ballots]:
        """`QUESTIONS` questions per step."""
        return DataLoader(_Batches(self.passes), batch_size=None)


class _Batches(IterableDataset[Ballots]):
    def __init__(self, passes: list[Iterable[Solution]]) -> None:
        self.passes = passes

    def __iter__(self) -> Iterator[Ballots]:
        questions = by_question(self.passes)
        while batch := list(islice(questions, QUESTIONS)):
            yield batch


class VotingModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Votes; `consensus` collects the outcomes in order."""

    def __init__(self, config: Voting) -> None:
        super().__init__()
        self.config = config
        self.consensus: list[Consensus] = []

    def predict_step(self, batch: Ballots, batch_idx: int) -> None:
        """The consensus of every question of a batch."""
        self.consensus += [decide(question, solutions, self.config) for question, solutions in batch]


def by_question(passes: Iterable[Iterable[Solution]]) -> Iterator[tuple[str, list[Solution]]]:
    """Question id and its solutions in sample order, from streams that are each in question order."""
    merged = merge(*passes, key=lambda solution: solution.question)
    for question, rows in groupby(merged, key=lambda solution: solution.question):
        yield question, sorted(rows, key=lambda row: row.sample)


def decide(question: str, solutions: list[Solution], config: Voting) -> Consensus:
    """The vote on one question by the configured rule."""
    return vote(
        solutions,
        question=question,
        rule=config.rule,
        reject_ties=config.reject_ties,
        min_agreement=config.min_agreement,
        max_agreement=config.max_agreement,
        min_votes=config.min_votes,
        representative=config.representative,
        symbolic=config.symbolic,
    )
