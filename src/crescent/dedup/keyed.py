"""Near-duplicate tests by a key: texts whose keys are equal are alike, with similarity 1."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crescent.dedup.steps import Arrays, Edges, Rows, Segment


class KeyedStep(ABC):
    """Two texts are near-duplicates where `key` says the same of both; None: the text is like no other.

    A pool holds the keys' 128-bit BLAKE2b; two of a million share one: 1 in 10^26. A test of one's own gives itself
    another `name`, which drops and reports show.
    """

    name: str
    expensive = False

    @abstractmethod
    def key(self, text: str) -> str | None:
        """What near-duplicates have in common."""

    def wave(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> "KeyedWave":
        """See `Step.wave`."""
        return KeyedWave(self.name, [self.key(text) for text in texts], pool, among)

    def merge(self, segments: Sequence[Segment]) -> Arrays:
        """See `Step.merge`."""
        digests = np.concatenate([segment.arrays[f"{self.name}.digests"] for segment in segments])
        start = np.cumsum([0, *(segment.rows for segment in segments)])
        rows = [segment.arrays[f"{self.name}.rows"] + start[part] for part, segment in enumerate(segments)]
        order = np.argsort(digests, kind="stable")
        return {f"{self.name}.digests": digests[order], f"{self.name}.rows": np.concatenate(rows)[order]}


class KeyedWave:
    """The keys of one wave. See `WaveTest`."""

    def __init__(self, name: str, keys: Sequence[str | None], pool: Sequence[Segment], among: bool) -> None:
        self._name = name
        self._keys = keys
        self._pool = pool
        self._among = among
        self._kept: dict[str, int] = {}

    def collisions(self, block: Rows, known: Rows) -> Edges:
        """See `WaveTest.collisions`."""
        parts = [self._in_segment(block, segment) for segment in self._pool]
        if self._among:
            parts.append(self._in_wave(block))
        return Edges.of(parts)

    def _in_segment(self, block: Rows, segment: Segment) -> Edges:
        stored = segment.arrays[f"{self._name}.digests"]
        block = self._with_key(block)
        if not len(stored):
            return Edges.of([])
        wanted = self._digests(block)
        places = np.searchsorted(stored, wanted)
        found = stored[np.minimum(places, len(stored) - 1)] == wanted
        rows = segment.start + segment.arrays[f"{self._name}.rows"][places[found]]
        return Edges(block[found], -1 - rows, np.ones(len(rows)))

    def _in_wave(self, block: Rows) -> Edges:
        """The first equal key of the block is enough: where it is not kept, what removed it removes its copies too."""
        first: dict[str, int] = {}
        pairs = []
        for position in block.tolist():
            key = self._keys[position]
            if key is None:
                continue
            other = self._kept.get(key)
            if other is None:
                other = first.setdefault(key, position)
            if other != position:
                pairs.append((position, other))
        table = np.array(pairs, np.int64).reshape(-1, 2)
        return Edges(table[:, 0], table[:, 1], np.ones(len(table)))

    def keep(self, positions: Rows) -> None:
        """See `WaveTest.keep`."""
        for position in positions.tolist():
            if (key := self._keys[position]) is not None:
                self._kept.setdefault(key, position)

    def arrays(self, positions: Rows) -> Arrays:
        """See `WaveTest.arrays`."""
        keyed = np.array([row for row, at in enumerate(positions.tolist()) if self._keys[at] is not None], np.int64)
        digests = self._digests(positions[keyed])
        order = np.argsort(digests, kind="stable")
        return {f"{self._name}.digests": digests[order], f"{self._name}.rows": keyed[order]}

    def _with_key(self, positions: Rows) -> Rows:
        return np.array([at for at in positions.tolist() if self._keys[at] is not None], np.int64)

    def _digests(self, positions: Rows) -> NDArray[np.bytes_]:
        keys = (str(self._keys[position]).encode() for position in positions.tolist())
        return np.array([blake2b(key, digest_size=16).digest() for key in keys], dtype="S16")
