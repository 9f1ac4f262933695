"""Near-duplicate detection as a Lightning user runs it, with a Trainer of the user's own."""

from pathlib import Path

import pytest
import pytorch_lightning as pl

from crescent.config.schema import Dedup, Minhash
from crescent.dedup import Match, NearDuplicateIndex
from crescent.dedup.module import Candidate, DedupDataModule, DedupModule
from tests.dedup.test_cascade import scrambled

CONFIG = Dedup(minhash=Minhash(size=2, threshold=0.6, permutations=64))
CANDIDATES = [Candidate(f"q{number}", text) for number, text in enumerate(scrambled(150, seed=3))]


@pytest.fixture
def trainer(tmp_path: Path) -> pl.Trainer:
    return pl.Trainer(
        accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip


def decisions(batches: list[list[Match | None]]) -> list[Match | None]:
    return [match for batch in batches for match in batch]


@pytest.mark.parametrize("batch_size", [1, 7, 64, 150, 4096])
def test_decisions_are_those_of_all_at_once(trainer: pl.Trainer, tmp_path: Path, batch_size: int) -> None:
    at_once = NearDuplicateIndex(CONFIG)
    expected = at_once.admit([one.text for one in CANDIDATES], [one.id for one in CANDIDATES])
    assert 20 < sum(match is None for match in expected) < 130
    index = NearDuplicateIndex(CONFIG, tmp_path / "pool")
    found = trainer.predict(DedupModule(index), datamodule=DedupDataModule(CANDIDATES, batch_size))
    assert len(found) == -(-len(CANDIDATES) // batch_size)
    assert decisions(found) == expected
    assert list(index) == list(at_once)
    assert list(NearDuplicateIndex(CONFIG, tmp_path / "pool")) == list(at_once)


def test_unchecked_candidates_all_get_in_and_are_there_for_the_next(trainer: pl.Trainer) -> None:
    index = NearDuplicateIndex(CONFIG)
    unchecked = trainer.predict(DedupModule(index, unchecked=True), datamodule=DedupDataModule(CANDIDATES, 40))
    assert decisions(unchecked) == [None] * len(CANDIDATES)
    assert list(index) == [(one.id, one.text) for one in CANDIDATES]
    again = [Candidate(f"again-{one.id}", one.text) for one in CANDIDATES[:9]]
    found = decisions(trainer.predict(DedupModule(index), datamodule=DedupDataModule(again)))
    assert [match.other for match in found if match is not None] == [one.id for one in CANDIDATES[:9]]
