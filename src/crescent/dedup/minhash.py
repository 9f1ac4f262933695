"""MinHash signatures, equal bit for bit to datasketch's (scheme affine32), for whole waves at once."""

import numpy as np
from numpy.typing import NDArray

from crescent.dedup.shingles import ShingleSets, mix64

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
