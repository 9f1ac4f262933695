"""The tests in order, cheapest first, and the decision text by text: kept, or near-duplicate of a kept one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crescent.dedup.steps import Arrays, Edges, Rows, Segment, Step

_BLOCK = 1024
"""Texts decided together. The decisions do not depend on it."""

NOBODY = np.iinfo(np.int64).max
"""In place of the other text, where a text is kept."""


@dataclass(frozen=True)
class Verdicts:
    """One entry per text of the wave. `other` is `NOBODY` where the text is kept, else as in `Edges`.

    `step` counts the tests of the cascade from 0.
    """

    other: Rows
    step: NDArray[np.int8]
    similarity: NDArray[np.float64]

    @property
    def kept(self) -> Rows:
        return np.flatnonzero(self.other == NOBODY)


class Wave:
    """The texts of one wave in front of the pool, with every test prepared."""

    def __init__(
        self, steps: Sequence[Step], texts: Sequence[str], pool: Sequence[Segment], among: bool = True
    ) -> None:
        self._count = len(texts)
        self._among = among
        filled = [segment for segment in pool if segment.rows]
        self._tests = [(number, step.wave(texts, filled, among)) for number, step in enumerate(steps)]
        self._cheap = [(number, test) for number, test in self._tests if not steps[number].expensive]
        self._expensive = [(number, test) for number, test in self._tests if steps[number].expensive]

    def decide(self) -> Verdicts:
        """Text by text in order: removed by the first test that finds a kept text near enough, else kept.

        Of several kept texts found by the same test the earliest is named: the pool comes before the wave.
        """
        verdicts = Verdicts(
            np.full(self._count, NOBODY, np.int64), np.full(self._count, -1, np.int8), np.zeros(self._count)
        )
        for begin in range(0, self._count, _BLOCK):
            block = np.arange(begin, min(begin + _BLOCK, self._count))
            self._decide(block, verdicts)
            if self._among:
                kept = block[verdicts.other[block] == NOBODY]
                for _, test in self._tests:
                    test.keep(kept)
        return verdicts

    def arrays(self, positions: Rows) -> Arrays:
        """What a segment of these texts stores."""
        return {name: array for _, test in self._tests for name, array in test.arrays(positions).items()}

    def _decide(self, block: Rows, verdicts: Verdicts) -> None:
        nothing = np.empty(0, np.int64)
        edges = [(number, test.collisions(block, nothing)) for number, test in self._cheap]
        _settle(block, edges, verdicts)
        for number, test in self._expensive:
            known = nothing
            while len(needed := np.setdiff1d(block[verdicts.other[block] == NOBODY], known)):
                edges.append((number, test.collisions(needed, known)))
                known = np.union1d(known, needed)
                _settle(block, edges, verdicts)


def _settle(block: Rows, edges: Sequence[tuple[int, Edges]], verdicts: Verdicts) -> None:
    """Decide the block from the edges found so far, replacing earlier decisions on it."""
    verdicts.other[block] = NOBODY
    all_edges = Edges.of([found for _, found in edges])
    steps = np.repeat([number for number, _ in edges], [len(found.position) for _, found in edges]).astype(np.int8)
    age = np.where(all_edges.other < 0, -1 - all_edges.other - (1 << 62), all_edges.other)
    order = np.lexsort((age, steps, all_edges.position))
    columns = (all_edges.position, all_edges.other, all_edges.similarity, steps)
    removed: set[int] = set()
    for position, other, similarity, step in zip(*(column[order].tolist() for column in columns), strict=True):
        if position not in removed and other not in removed:
            removed.add(position)
            verdicts.other[position] = other
            verdicts.step[position] = step
            verdicts.similarity[position] = similarity
