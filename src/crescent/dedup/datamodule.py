"""Candidates for the pool, served in batches."""

from collections.abc import Sequence

import msgspec
import pytorch_lightning as pl
from torch.utils.data import DataLoader


class Candidate(msgspec.Struct, frozen=True):
    """A text that asks to be let into the pool. `rewrites` counts how often it was changed before."""

    id: str
    text: str
    rewrites: int = 0


class DedupDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """One pass of candidates in front of the pool, `batch_size` of them per step, in order.

    An index on disk takes one atomic step per batch, so few large batches are faster than many small ones.
    """

    def __init__(self, candidates: Sequence[Candidate], batch_size: int = 4096) -> None:
        super().__init__()
        self.candidates = candidates
        self.batch_size = batch_size

    def predict_dataloader(self) -> DataLoader[list[Candidate]]:
        """All candidates in order."""
        return DataLoader(self.candidates, batch_size=self.batch_size, collate_fn=list)  # type: ignore[arg-type]
