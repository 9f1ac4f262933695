"""The vote as a Lightning prediction: one step votes on the questions of one shard."""

from collections.abc import Callable, Iterable
from itertools import groupby

import pytorch_lightning as pl
from torch.utils.data import DataLoader

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.consensus import vote

Ballots = list[tuple[str, list[Solution]]]
"""Questions with their solutions in sample order."""


class SolutionDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Serves the solutions of one shard after another, grouped by question."""

    def __init__(self, shards: Iterable[Callable[[], list[Solution]]]) -> None:
        super().__init__()
        self.shards = list(shards)

    def predict_dataloader(self) -> DataLoader[Ballots]:
        """One shard per step, read when its turn comes."""
        return DataLoader(self.shards, batch_size=None, collate_fn=_read)  # type: ignore[arg-type]


class VotingModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Votes; `consensus` collects the outcomes in order."""

    def __init__(self, config: Voting) -> None:
        super().__init__()
        self.config = config
        self.consensus: list[Consensus] = []

    def predict_step(self, batch: Ballots, batch_idx: int) -> list[Consensus]:
        """The consensus of every question of a shard."""
        outcomes = [decide(question, solutions, self.config) for question, solutions in batch]
        self.consensus += outcomes
        return outcomes


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


def _read(shard: Callable[[], list[Solution]]) -> Ballots:
    grouped = groupby(shard(), key=lambda solution: solution.question)
    return [(question, sorted(rows, key=lambda row: row.sample)) for question, rows in grouped]
