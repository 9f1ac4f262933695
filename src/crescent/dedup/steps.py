"""What every near-duplicate test of the cascade offers, and the rows they hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Segment:
    """Part of the pool: what the tests keep of `rows` texts. Pool row `start + i` is the segment's row i."""

    start: int
    rows: int
    arrays: Arrays


@dataclass(frozen=True)
class Edges:
    """Verified near-duplicates: text `position[i]` of the wave is like `other[i]`, to the degree `similarity[i]`.

    `other` is a position of the wave where it is 0 or more, and pool row `-1 - other` where it is negative.
    """

    position: Rows
    other: Rows
    similarity: NDArray[np.float64]

    @staticmethod
    def of(parts: Sequence["Edges"]) -> "Edges":
        empty = np.empty(0, np.int64)
        return Edges(
            np.concatenate([empty, *(part.position for part in parts)]),
            np.concatenate([empty, *(part.other for part in parts)]),
            np.concatenate([np.empty(0), *(part.similarity for part in parts)]),
        )


class WaveTest(Protocol):
    """One test, ready for one wave."""

    def collisions(self, block: Rows, known: Rows) -> Edges:
        """Near-duplicates of `block` in the pool, among texts kept so far, and among earlier ones of the same block.

        `known` are positions of the same block that were asked about before; pairs of `block` and `known` are included.
        """
        ...

    def keep(self, positions: Rows) -> None:
        """These texts stay: later ones are compared with them."""
        ...

    def arrays(self, positions: Rows) -> Arrays:
        """What a segment of these texts stores for the test."""
        ...


class Step(Protocol):
    """A test of the cascade. `expensive` tests are asked only about texts that passed the others."""

    name: str
    expensive: bool

    def wave(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> WaveTest:
        """Prepare a wave. With `among` false, texts of the wave are compared with the pool alone."""
        ...

    def merge(self, segments: Sequence[Segment]) -> Arrays:
        """The arrays of one segment that holds the rows of all given ones, in order."""
        ...
