"""LSH tables as sorted arrays, and the buckets of one wave."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from crescent.dedup.ragged import offsets_of, spans
from crescent.dedup.steps import Rows

HIGH = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
"""A table entry is a band key in the high 32 bits and a row in the low 32 bits."""

_MOST_HITS = 1 << 22
"""Hits looked at together; more are cut up, so that memory stays flat."""


def sorted_table(keys: NDArray[np.uint32], rows: Rows) -> NDArray[np.uint64]:
    """Table entries for band keys (bands x rows), each band sorted by itself and contiguous."""
    table = (keys.astype(np.uint64, order="C") << HIGH) | rows.astype(np.uint64)
    table.sort(axis=1)
    return table


class Buckets:
    """The buckets that more than one text of a wave falls into, and which of the texts in them are kept.

    Only kept texts are ever looked up: a bucket with thousands of near-duplicates costs each of them one look.
    """

    def __init__(self, keys: NDArray[np.uint32], filled: NDArray[np.bool_]) -> None:
        bands, count = keys.shape
        rows = np.flatnonzero(filled)
        self._bucket = np.full((bands, count), -1, np.int32)
        sizes = [np.empty(0, np.int64)]
        number = 0
        for band in range(bands):
            table = sorted_table(keys[band : band + 1, rows], rows)[0]
            ends = np.flatnonzero(np.append((table[1:] ^ table[:-1]) > LOW, True)[: len(table)])
            size = np.diff(ends, prepend=-1)
            shared = size > 1
            members = (table[np.repeat(shared, size)] & LOW).astype(np.int64)
            size = size[shared]
            self._bucket[band, members] = np.repeat(np.arange(number, number + len(size), dtype=np.int32), size)
            number += len(size)
            sizes.append(size)
        self._start = offsets_of(np.concatenate(sizes))
        self._members = np.empty(self._start[-1], np.int32)
        self._kept = np.zeros(number + 1, np.int64)

    def kept_hits(self, block: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Pairs of a text of the block and a kept text that share a bucket, each pair once."""
        bucket = self._bucket[:, block].T
        for position, place in bounded_hits(block, self._start[bucket], np.where(bucket >= 0, self._kept[bucket], 0)):
            yield distinct(position, self._members[place].astype(np.int64))

    def pairs_within(self, block: Rows) -> tuple[Rows, Rows]:
        """Pairs of texts of the block that share a bucket, the later text first, each pair once."""
        bucket = self._bucket[:, block].T
        owner, band = np.nonzero(bucket >= 0)
        entries = sorted_table(bucket[owner, band][None, :].view(np.uint32), owner)[0]
        inside = (entries & LOW).astype(np.int64)
        starts = np.flatnonzero(np.append(True, (entries[1:] ^ entries[:-1]) > LOW)[: len(entries)])
        start = np.repeat(starts, np.diff(starts, append=len(entries)))
        number = np.arange(len(entries))
        together = np.zeros((len(block), len(block)), np.bool_)
        for entry, place in bounded_hits(number, start[:, None], (number - start)[:, None]):
            together[inside[entry], inside[place]] = True
        later, earlier = np.nonzero(together)
        return block[later], block[earlier]

    def keep(self, positions: Rows) -> None:
        """Put texts into their buckets, for later ones to find."""
        all_buckets = self._bucket[:, positions]
        band, owner = np.nonzero(all_buckets >= 0)
        bucket = all_buckets[band, owner]
        order = np.argsort(bucket, kind="stable")
        bucket, owner = bucket[order], owner[order]
        buckets, first, counts = np.unique(bucket, return_index=True, return_counts=True)
        rank = np.arange(len(bucket)) - np.repeat(first, counts)
        self._members[self._start[bucket] + self._kept[bucket] + rank] = positions[owner]
        self._kept[buckets] += counts


def bounded_hits(block: Rows, starts: NDArray[np.int64], counts: NDArray[np.int64]) -> Iterator[tuple[Rows, Rows]]:
    """Which text hits which place of a table, for ranges of places (texts x bands), some millions at a time."""
    if not len(block):
        return
    total = np.cumsum(counts.sum(axis=1))
    limits = np.arange(_MOST_HITS, total[-1] + _MOST_HITS, _MOST_HITS)
    begin = 0
    for end in np.unique(np.minimum(np.searchsorted(total, limits) + 1, len(block))).tolist():
        sizes = counts[begin:end].reshape(-1)
        owner = np.repeat(block[begin:end], counts[begin:end].sum(axis=1))
        yield owner, spans(starts[begin:end].reshape(-1), sizes)
        begin = end


def distinct(position: Rows, other: Rows) -> tuple[Rows, Rows]:
    """Each pair once, sorted."""
    packed = np.sort((position.astype(np.uint64) << HIGH) | other.astype(np.uint64))
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    return (packed >> HIGH).astype(np.int64), (packed & LOW).astype(np.int64)
