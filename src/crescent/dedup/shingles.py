"""Texts to sets of shingles: runs of `size` masked words or characters, each known by the front of its SHA-1.

datasketch hashes a shingle's UTF-8 bytes with the first 32 bits of SHA-1. Here the first 48 bits are kept: the lowest
32 of them are datasketch's hash, and all 48 tell shingles apart when sets are compared. Two texts of a hundred shingles
each get a wrong intersection with probability 4e-11.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Minhash
from crescent.dedup.ragged import offsets_of, spans
from crescent.dedup.words import Vocabulary

HASH_BITS = 48
_CACHE_BITS = 20
_MAX_WORDS = 1 << 20

Speller = Callable[[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]], Iterable[bytes]]


@dataclass(frozen=True)
class ShingleSets:
    """Sets of 48-bit shingle hashes, sorted and without repetition: set i is `values[offsets[i]:offsets[i + 1]]`."""

    values: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)

    def take(self, rows: NDArray[np.int64]) -> "ShingleSets":
        """The sets of the given rows, in that order."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]  # not all sizes: there may be millions
        return ShingleSets(self.values[spans(self.offsets[rows], sizes)], offsets_of(sizes))

    @staticmethod
    def concatenate(parts: Sequence["ShingleSets"]) -> "ShingleSets":
        sizes = [part.sizes for part in parts]
        values = np.concatenate([np.empty(0, np.uint64), *(part.values for part in parts)])
        return ShingleSets(values, offsets_of(np.concatenate([np.empty(0, np.int64), *sizes])))


class Shingler:
    """Makes shingle sets under one configuration, and remembers hashes of shingles it has met.

    A text with fewer words (characters) than a shingle is one shingle as a whole. A text without any word has the empty
    set, which is like nothing. What a text's set is never depends on the texts around it.
    """

    def __init__(self, config: Minhash) -> None:
        self.config = config
        self._vocabulary = Vocabulary(config.mask_numbers, config.mask_names)
        self._forget()

    def _forget(self) -> None:
        self._vocabulary = Vocabulary(self.config.mask_numbers, self.config.mask_names)
        self._cached_keys = np.zeros(1 << _CACHE_BITS, np.uint64)
        self._cached_hashes = np.zeros(1 << _CACHE_BITS, np.uint64)

    def mask(self, texts: Sequence[str]) -> list[str]:
        """Every text as it is compared: masked words with single spaces between."""
        return self._vocabulary.decode(self._vocabulary.encode(texts))

    def sets(self, texts: Sequence[str]) -> ShingleSets:
        """The shingle sets of at most 65,536 texts, in order. Cut longer waves into chunks."""
        if len(self._vocabulary) > _MAX_WORDS:
            self._forget()
        words = self._vocabulary.encode(texts)
        if self.config.shingle == "char":
            return self._sets(_characters(self._vocabulary.decode(words)), self._character_shingles)
        return self._sets(words, self._word_shingles)

    def _sets(self, units: NDArray[np.int32], spell: Speller) -> ShingleSets:
        size = self.config.size
        ends = np.flatnonzero(units == 0)
        lengths = np.diff(ends, prepend=-1) - 1
        counts = np.where(lengths >= size, lengths - size + 1, np.minimum(lengths, 1))
        starts = spans(ends - lengths, counts)
        spread = np.repeat(np.minimum(lengths, size), counts)
        hashes = self._hashes(units, starts, spread, spell)
        owners = np.repeat(np.arange(len(ends)), counts)
        return _sorted_sets(owners, hashes, len(ends))

    def _hashes(
        self, units: NDArray[np.int32], starts: NDArray[np.int64], spread: NDArray[np.int64], spell: Speller
    ) -> NDArray[np.uint64]:
        """Hashes of the shingles at `starts`, each `spread` units long; every distinct one is hashed once."""
        keys = _keys(units, starts, spread)
        slots = (keys >> np.uint64(64 - _CACHE_BITS)).astype(np.int64)
        hashes = self._cached_hashes[slots]
        new = np.flatnonzero(self._cached_keys[slots] != keys)
        if len(new):
            distinct, first, where = np.unique(keys[new], return_index=True, return_inverse=True)
            first = new[first]
            found = _sha1_48(spell(units, starts[first], spread[first]))
            hashes[new] = found[where]
            taken = (distinct >> np.uint64(64 - _CACHE_BITS)).astype(np.int64)
            self._cached_keys[taken] = distinct
            self._cached_hashes[taken] = found
        return hashes

    def _word_shingles(
        self, units: NDArray[np.int32], starts: NDArray[np.int64], spread: NDArray[np.int64]
    ) -> Iterator[bytes]:
        words = self._vocabulary.words
        text = [words[unit] for unit in units.tolist()]
        for start, length in zip(starts.tolist(), spread.tolist(), strict=True):
            yield " ".join(text[start : start + length]).encode()

    @staticmethod
    def _character_shingles(
        units: NDArray[np.int32], starts: NDArray[np.int64], spread: NDArray[np.int64]
    ) -> Iterator[bytes]:
        text = units.astype("<u4").tobytes().decode("utf-32-le")
        for start, length in zip(starts.tolist(), spread.tolist(), strict=True):
            yield text[start : start + length].encode()


def _characters(texts: Sequence[str]) -> NDArray[np.int32]:
    """The code points of all texts as one array; a 0 ends each text."""
    return np.frombuffer("\0".join([*texts, ""]).encode("utf-32-le"), "<i4").astype(np.int32, copy=False)


def _sha1_48(spelled: Iterable[bytes]) -> NDArray[np.uint64]:
    sha1 = hashlib.sha1
    digests = b"".join([sha1(shingle, usedforsecurity=False).digest()[:8] for shingle in spelled])
    return np.frombuffer(digests, "<u8") & np.uint64((1 << HASH_BITS) - 1)


def _keys(units: NDArray[np.int32], starts: NDArray[np.int64], spread: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit key for each shingle, equal for equal shingles; only for finding repetitions, never stored."""
    mixed = mix64(units.astype(np.uint64))
    longest = int(spread.max(initial=0))
    factors = mix64(np.arange(1, longest + 1, dtype=np.uint64)) | np.uint64(1)
    keys = spread.astype(np.uint64)
    for position in range(longest):
        if (whole := spread > position).all():
            keys += mixed[starts + position] * factors[position]
        else:
            keys[whole] += mixed[starts[whole] + position] * factors[position]
    return mix64(keys)


def mix64(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele et al. 2014): every input bit moves every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _sorted_sets(owners: NDArray[np.int64], hashes: NDArray[np.uint64], count: int) -> ShingleSets:
    """Group hashes by owner, sorted and without repetition, by one sort of owner and hash packed into 64 bits."""
    packed = np.sort((owners.astype(np.uint64) << np.uint64(HASH_BITS)) | hashes)
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    sizes = np.bincount((packed >> np.uint64(HASH_BITS)).astype(np.int64), minlength=count)
    return ShingleSets(packed & np.uint64((1 << HASH_BITS) - 1), offsets_of(sizes))
