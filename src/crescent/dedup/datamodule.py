"""One pass of candidates in front of the pool, as a Lightning DataModule: what it serves is what must be rewritten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytorch_lightning as pl

from crescent.dedup.index import Match, NearDuplicateIndex


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that asks to be let into the pool. `rewrites` counts how often it was changed before."""

    id: str
    text: str
    rewrites: int = 0


class DedupDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Decides candidates in order against the pool and against each other; those that are new enter the pool.

    After `setup`, `accepted` has the new ones and `collisions` the others, each with the question it is like.
    `predict_dataloader` serves the collisions through `serve`, which makes of them what the model is asked.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        index: NearDuplicateIndex,
        serve: Callable[[Sequence[tuple[Candidate, Match]]], Any],
        unchecked: bool = False,
    ) -> None:
        super().__init__()
        self.candidates = candidates
        self.index = index
        self.serve = serve
        self.unchecked = unchecked
        self.accepted: list[Candidate] = []
        self.collisions: list[tuple[Candidate, Match]] = []

    def setup(self, stage: str | None = None) -> None:
        """Decide every candidate. `unchecked` takes them all, as the published code does with rewrites."""
        texts = [candidate.text for candidate in self.candidates]
        ids = [candidate.id for candidate in self.candidates]
        matches: Sequence[Match | None] = [None] * len(texts)
        if self.unchecked:
            self.index.add(texts, ids)
        else:
            matches = self.index.admit(texts, ids)
        for candidate, match in zip(self.candidates, matches, strict=True):
            if match is None:
                self.accepted.append(candidate)
            else:
                self.collisions.append((candidate, match))

    def predict_dataloader(self) -> Any:
        """The collisions, ready to be sent back to the model."""
        return self.serve(self.collisions)
