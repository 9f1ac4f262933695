"""The first test: equal after normalisation. Similarity is 1."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crescent.dedup.normalise import normalise
from crescent.dedup.steps import Arrays, Edges, Rows, Segment


class ExactStep:
    """Normalised texts are equal. A pool holds their 128-bit BLAKE2b; two of a million share one: 1 in 10^26."""

    name = "exact"
    expensive = False

    def wave(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> "ExactWave":
        return ExactWave(texts, pool, among)

    def merge(self, segments: Sequence[Segment]) -> Arrays:
        digests = np.concatenate([segment.arrays["exact.digests"] for segment in segments])
        start = np.cumsum([0, *(segment.rows for segment in segments)])
        rows = [segment.arrays["exact.rows"] + start[part] for part, segment in enumerate(segments)]
        order = np.argsort(digests, kind="stable")
        return {"exact.digests": digests[order], "exact.rows": np.concatenate(rows)[order]}


class ExactWave:
    def __init__(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> None:
        self._texts = [normalise(text) for text in texts]
        self._pool = pool
        self._among = among
        self._kept: dict[str, int] = {}

    def collisions(self, block: Rows, known: Rows) -> Edges:
        parts = [self._in_segment(block, segment) for segment in self._pool]
        if self._among:
            parts.append(self._in_wave(block))
        return Edges.of(parts)

    def _in_segment(self, block: Rows, segment: Segment) -> Edges:
        stored = segment.arrays["exact.digests"]
        wanted = self._digests(block)
        places = np.searchsorted(stored, wanted)
        found = stored[np.minimum(places, len(stored) - 1)] == wanted
        rows = segment.start + segment.arrays["exact.rows"][places[found]]
        return Edges(block[found], -1 - rows, np.ones(len(rows)))

    def _in_wave(self, block: Rows) -> Edges:
        """The first equal text of the block is enough: where it is not kept, what removed it removes its copies too."""
        first: dict[str, int] = {}
        pairs = []
        for position in block.tolist():
            text = self._texts[position]
            other = self._kept.get(text)
            if other is None:
                other = first.setdefault(text, position)
            if other != position:
                pairs.append((position, other))
        table = np.array(pairs, np.int64).reshape(-1, 2)
        return Edges(table[:, 0], table[:, 1], np.ones(len(table)))

    def keep(self, positions: Rows) -> None:
        for position in positions.tolist():
            self._kept.setdefault(self._texts[position], position)

    def arrays(self, positions: Rows) -> Arrays:
        digests = self._digests(positions)
        order = np.argsort(digests, kind="stable")
        return {"exact.digests": digests[order], "exact.rows": order}

    def _digests(self, positions: Rows) -> NDArray[np.bytes_]:
        texts = (self._texts[position].encode() for position in positions.tolist())
        return np.array([blake2b(text, digest_size=16).digest() for text in texts], dtype="S16")
