"""Near-duplicate detection as a Lightning prediction: one step decides a batch of candidates."""

from collections.abc import Sequence

import pytorch_lightning as pl

from crescent.dedup.datamodule import Candidate
from crescent.dedup.index import Match, NearDuplicateIndex


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
