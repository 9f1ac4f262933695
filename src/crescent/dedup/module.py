"""Near-duplicate detection as a Lightning prediction: candidates in batches, one step decides a batch."""

from collections.abc import Sequence

import msgspec
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from crescent.dedup.index import Match, NearDuplicateIndex


class Candidate(msgspec.Struct, frozen=True):
    """A text that asks to be let into the pool. `rewrites` counts how often it was changed before."""

    id: str
    text: str
    rewrites: int = 0


class DedupModule(pl.LightningModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Lets candidates into the pool of `index`, those that are like no question of it and like no candidate before.

    They are decided in order, so how they are batched changes no decision. `unchecked` lets all of them in, as the
    published code does with rewrites.
    """

    def __init__(self, index: NearDuplicateIndex, unchecked: bool = False) -> None:
        super().__init__()
        self.index = index
        self.unchecked = unchecked

    def predict_step(self, batch: Sequence[Candidate], batch_idx: int) -> list[Match | None]:
        """For every candidate of the batch the question it is like, or None: it is in the pool now."""
        texts, ids = [candidate.text for candidate in batch], [candidate.id for candidate in batch]
        if self.unchecked:
            self.index.add(texts, ids)
            return [None] * len(batch)
        return self.index.admit(texts, ids)


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
