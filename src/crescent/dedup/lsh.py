"""The second test: MinHash-LSH finds candidates; exact Jaccard on the shingle sets decides, and what the questions ask
to do (`crescent.dedup.meaning`)."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Minhash
from crescent.dedup.buckets import HIGH, LOW, Buckets, bounded_hits, distinct, sorted_table
from crescent.dedup.jaccard import bitmaps, jaccard, may_reach
from crescent.dedup.meaning import meanings
from crescent.dedup.settings import bands_and_rows
from crescent.dedup.shingles import Shingler, ShingleSets, mix64
from crescent.dedup.steps import Arrays, Edges, Rows, Segment

_CHUNK = 256
"""Sets per step: their permuted hashes stay in the processor's cache."""


class Permutations:
    """The `count` random permutations h -> a h + b mod 2^32 that datasketch draws from `seed`."""

    def __init__(self, count: int, seed: int) -> None:
        from datasketch import MinHash

        self.a, self.b = MinHash(num_perm=count, seed=seed, scheme="affine32").permutations

    def __len__(self) -> int:
        return len(self.a)

    def signatures(self, sets: ShingleSets) -> NDArray[np.uint32]:
        """The least permuted hash of each set: permutations x sets, uint32; 2^32 - 1 for an empty set."""
        result = np.full((len(self), len(sets)), 0xFFFFFFFF, np.uint32)
        filled = np.flatnonzero(sets.sizes)
        hashes = _murmur(sets.values.astype(np.uint32))
        starts = sets.offsets[filled]
        for begin in range(0, len(filled), _CHUNK):
            columns = filled[begin : begin + _CHUNK]
            chunk = hashes[starts[begin] : sets.offsets[columns[-1] + 1]]
            where = starts[begin : begin + _CHUNK] - starts[begin]
            permuted = np.empty_like(chunk)
            for row, (a, b) in enumerate(zip(self.a, self.b, strict=True)):
                np.multiply(chunk, a, out=permuted)
                np.add(permuted, b, out=permuted)
                result[row, columns] = np.minimum.reduceat(permuted, where)
        return result


def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint32]:
    """A 32-bit key for each band of each signature: bands x sets. Equal bands have equal keys.

    Unequal bands share a key with probability 2^-32; verification sorts those out like any other chance candidate.
    """
    keys = np.empty((bands, signatures.shape[1]), np.uint32)
    for band in range(bands):
        key = np.zeros(signatures.shape[1], np.uint64)
        for row in range(band * rows, (band + 1) * rows):
            key = mix64(key ^ signatures[row])
        keys[band] = key >> np.uint64(32)
    return keys


def _murmur(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The finaliser of MurmurHash3 (32 bit), which datasketch applies before permuting."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


_CHUNK_TEXTS = 8192
_CHUNK_CHARACTERS = 1 << 22

_CACHED_PAIRS = 1 << 15
"""Candidate pairs whose bitmaps are compared together, so that they stay in the processor's cache."""


@dataclass(frozen=True)
class Sketches:
    """What the test knows of some texts: their shingle sets, the bitmaps of the sets, and band keys (bands x texts)."""

    sets: ShingleSets
    bits: NDArray[np.uint64]
    keys: NDArray[np.uint32]


class MinhashStep:
    """Texts whose shingle sets have at least the configured Jaccard similarity are near-duplicates, if they ask for the
    same operations on the same formulas.
    """

    name = "minhash"
    expensive = False

    def __init__(self, config: Minhash) -> None:
        self.config = config
        self.bands, self.rows = bands_and_rows(config)
        self.shingler = Shingler(config)
        self.permutations = Permutations(config.permutations, config.seed)

    def wave(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> "MinhashWave":
        return MinhashWave(self.config.threshold, texts, self.sketch(texts), pool, among)

    def sketch(self, texts: Sequence[str]) -> Sketches:
        """Signatures are computed in a second thread, beside the shingling of the next chunk."""
        sets, jobs = [ShingleSets.concatenate([])], []
        with ThreadPoolExecutor(1) as worker:
            for chunk in _chunks(texts):
                sets.append(self.shingler.sets(chunk))
                jobs.append(worker.submit(self._keys_and_bits, sets[-1]))
        keys = [np.empty((self.bands, 0), np.uint32), *(job.result()[0] for job in jobs)]
        bits = [np.empty((0, 4), np.uint64), *(job.result()[1] for job in jobs)]
        return Sketches(ShingleSets.concatenate(sets), np.concatenate(bits), np.concatenate(keys, axis=1))

    def _keys_and_bits(self, sets: ShingleSets) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        return band_keys(self.permutations.signatures(sets), self.bands, self.rows), bitmaps(sets)

    def signatures_of(self, segment: Segment) -> Iterator[tuple[int, NDArray[np.uint32]]]:
        """Row and signature of every text of a segment that has shingles."""
        sets = _sets_of(segment)
        for begin in range(0, len(sets), _CHUNK_TEXTS):
            rows = np.arange(begin, min(begin + _CHUNK_TEXTS, len(sets)))
            rows = rows[sets.sizes[rows] > 0]
            yield from zip(rows.tolist(), self.permutations.signatures(sets.take(rows)).T, strict=True)

    def merge(self, segments: Sequence[Segment]) -> Arrays:
        sets = ShingleSets.concatenate([_sets_of(segment) for segment in segments])
        start = np.cumsum([0, *(segment.rows for segment in segments)]).astype(np.uint64)
        tables = [segment.arrays["minhash.table"] + start[part] for part, segment in enumerate(segments)]
        table = np.concatenate(tables, axis=1)
        table.sort(axis=1)
        return {
            "minhash.table": table,
            "minhash.bits": np.concatenate([segment.arrays["minhash.bits"] for segment in segments]),
            "minhash.meaning": np.concatenate([segment.arrays["minhash.meaning"] for segment in segments]),
            "minhash.shingles": sets.values,
            "minhash.offsets": sets.offsets,
        }


class MinhashWave:
    def __init__(
        self, threshold: float, texts: Sequence[str], sketches: Sketches, pool: Sequence[Segment], among: bool
    ) -> None:
        self._threshold = threshold
        self._texts = texts
        self._meanings = np.zeros(len(texts), np.uint64)
        self._known = np.zeros(len(texts), np.bool_)
        self._sets, self._bits, self._keys = sketches.sets, sketches.bits, sketches.keys
        self._sizes = self._sets.sizes
        self._pool = pool
        self._buckets = Buckets(self._keys, self._sizes > 0) if among else None

    def collisions(self, block: Rows, known: Rows) -> Edges:
        block = block[self._sizes[block] > 0]
        parts = [self._in_segment(block, segment) for segment in self._pool]
        if self._buckets is not None:
            for position, other in self._buckets.kept_hits(block):
                parts.append(self._of_wave(position, other))
            # What is like a text that is surely kept goes, whatever else it is like.
            open_ones = np.setdiff1d(block, Edges.of(parts).position)
            position, other = self._buckets.pairs_within(open_ones)
            parts.append(self._of_wave(position, other))
        return Edges.of(parts)

    def _of_wave(self, position: Rows, other: Rows) -> Edges:
        edges = self._verified(position, other, self._sets, self._bits, other)
        return self._alike(edges, self._meaning(edges.other))

    def _alike(self, edges: Edges, theirs: NDArray[np.uint64]) -> Edges:
        """Of near pairs those that mean the same."""
        same = self._meaning(edges.position) == theirs
        return Edges(edges.position[same], edges.other[same], edges.similarity[same])

    def _meaning(self, positions: Rows) -> NDArray[np.uint64]:
        """Found out for the texts that are near another one, not for all."""
        new = np.unique(positions[~self._known[positions]])
        if len(new):
            self._meanings[new] = meanings([self._texts[position] for position in new.tolist()])
            self._known[new] = True
        return self._meanings[positions]

    def _in_segment(self, block: Rows, segment: Segment) -> Edges:
        """Each band of the table is sorted by band key, so a binary search finds the pool rows with an equal one."""
        table = segment.arrays["minhash.table"]
        wanted = self._keys[:, block].astype(np.uint64) << HIGH
        first, last = np.empty((2, len(block), len(table)), np.int64)
        for band, (row, keys) in enumerate(zip(table, wanted, strict=True)):
            first[:, band] = np.searchsorted(row, keys) + band * table.shape[1]
            last[:, band] = np.searchsorted(row, keys | LOW, "right") + band * table.shape[1]
        sets, bits, places = _sets_of(segment), segment.arrays["minhash.bits"], table.reshape(-1)
        parts = []
        for hit, place in bounded_hits(block, first, last - first):
            position, row = distinct(hit, (places[place] & LOW).astype(np.int64))
            edges = self._verified(position, -1 - (row + segment.start), sets, bits, row)
            parts.append(self._alike(edges, segment.arrays["minhash.meaning"][-1 - edges.other - segment.start]))
        return Edges.of(parts)

    def _verified(self, position: Rows, other: Rows, sets: ShingleSets, bits: NDArray[np.uint64], rows: Rows) -> Edges:
        """Of candidate pairs those that reach the threshold. The bitmaps settle most of the others cheaply."""
        likely = np.empty(len(rows), np.bool_)
        for begin in range(0, len(rows), _CACHED_PAIRS):
            part = slice(begin, begin + _CACHED_PAIRS)
            mine, theirs = position[part], rows[part]
            sizes = sets.offsets[theirs + 1] - sets.offsets[theirs]
            likely[part] = may_reach(
                self._threshold, self._bits.take(mine, 0), self._sizes[mine], bits.take(theirs, 0), sizes
            )
        position, other, rows = position[likely], other[likely], rows[likely]
        similarity = jaccard(self._sets, position, sets, rows)
        near = similarity >= self._threshold
        return Edges(position[near], other[near], similarity[near])

    def keep(self, positions: Rows) -> None:
        if self._buckets is not None:
            self._buckets.keep(positions)

    def arrays(self, positions: Rows) -> Arrays:
        sets = self._sets.take(positions)
        filled = np.flatnonzero(sets.sizes)
        return {
            "minhash.table": sorted_table(self._keys[:, positions[filled]], filled),
            "minhash.bits": self._bits[positions],
            "minhash.meaning": self._meaning(positions),
            "minhash.shingles": sets.values,
            "minhash.offsets": sets.offsets,
        }


def _sets_of(segment: Segment) -> ShingleSets:
    return ShingleSets(segment.arrays["minhash.shingles"], segment.arrays["minhash.offsets"])


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of texts of bounded number and length."""
    begin, characters = 0, 0
    for end, text in enumerate(texts):
        if end > begin and (end - begin == _CHUNK_TEXTS or characters + len(text) > _CHUNK_CHARACTERS):
            yield texts[begin:end]
            begin, characters = end, 0
        characters += len(text)
    if begin < len(texts):
        yield texts[begin:]
