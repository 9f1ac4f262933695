"""The vote as a Lightning user runs it, with a Trainer of the user's own."""

from pathlib import Path

import pytest
import pytorch_lightning as pl

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting import module
from crescent.voting.ballots import decide
from crescent.voting.labels.majority import Majority
from crescent.voting.module import SolutionDataModule, VotingModule

CONFIG = Voting(samples=3, min_agreement=0.5, symbolic=False)
QUESTIONS = [f"r01-w001-q{number:05d}" for number in range(11)]


def solution(question: str, sample: int) -> Solution:
    """Every third question is a draw of three answers."""
    answer = str(sample if QUESTIONS.index(question) % 3 == 0 else sample // 2)
    return Solution(
        question=question, sample=sample, text=f"#### {answer}", answer=answer, match="marker", stop="stop", tokens=1,
        logprob=None,
    )  # fmt: skip


PASSES = [[solution(q, s) for q in QUESTIONS for s in (0, 1)], [solution(q, 2) for q in QUESTIONS]]
EXPECTED = [decide(question, [solution(question, sample) for sample in range(3)], CONFIG) for question in QUESTIONS]


@pytest.fixture
def trainer(tmp_path: Path) -> pl.Trainer:
    return pl.Trainer(
        accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip


@pytest.mark.parametrize("size", [1, 4, 11, 512])
def test_a_trainer_brings_the_consensus_of_every_question(
    trainer: pl.Trainer, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(module, "QUESTIONS", size)
    batches = trainer.predict(VotingModule(Majority(), CONFIG), datamodule=SolutionDataModule(PASSES))
    assert len(batches) == -(-len(QUESTIONS) // size)
    found: list[Consensus] = [row for batch in batches for row in batch]
    assert found == EXPECTED
    assert {row.reason is None for row in found} == {True, False}


@pytest.mark.parametrize("world", [2, 3, 12])
def test_ranks_share_the_questions(trainer: pl.Trainer, world: int) -> None:
    found: dict[str, Consensus] = {}
    for rank in range(world):
        batches = trainer.predict(VotingModule(Majority(), CONFIG), datamodule=SolutionDataModule(PASSES, rank, world))
        share = [row for batch in batches for row in batch]
        assert len(share) in (len(QUESTIONS) // world, -(-len(QUESTIONS) // world))
        found |= {row.question: row for row in share}
    assert [found[question] for question in QUESTIONS] == EXPECTED
