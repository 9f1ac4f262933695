"""The third test: cosine similarity of embeddings, which finds paraphrases that share few words."""

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Embedding
from crescent.dedup.normalise import normalise
from crescent.dedup.steps import Arrays, Edges, Rows, Segment
from crescent.errors import ModelError

_ONES = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
_WORDS = {word: value for value, word in enumerate(_ONES) if value > 1}  # "one" is a pronoun more often than a figure
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "dozen": 12}
_FIGURE = re.compile(
    rf"(?<![\w.])\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{'|'.join([*_WORDS, *_SCALES, 'one', 'and'])})s?\b|[a-z]+"
)
FEWEST = 2
"""Different figures that a question needs: one alone is shared by too many problems."""


def figures(text: str) -> frozenset[float]:
    """The different numbers in a text, in digits or in English words; 0 and 1 are not counted.

    "twenty-one" is 21 and "three hundred and five" 305; units, signs and percent are not looked at.
    """
    found: set[float] = set()
    whole, part, open_number = 0.0, 0.0, False
    for match in _FIGURE.finditer(text.casefold().replace("-", " ")):
        word = match[0]
        stem = word if word in _WORDS or word in _SCALES else word.removesuffix("s")
        if stem in _WORDS or (stem == "one" and open_number):
            value = _WORDS.get(stem, 1)
            if open_number and not (part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)):
                found.add(whole + part)
                whole = part = 0.0
            part += value
            open_number = True
        elif stem in _SCALES:
            scale = _SCALES[stem]
            part = max(part, 1) * scale
            if scale >= 1000:
                whole, part = whole + part, 0.0
            open_number = True
        elif word == "and" and open_number:
            continue
        else:
            if open_number:
                found.add(whole + part)
                whole, part, open_number = 0.0, 0.0, False
            if word[0].isdigit():
                part, open_number = float(word.replace(",", "")), True
    if open_number:
        found.add(whole + part)
    return frozenset(found - {0.0, 1.0})


def fingerprints(texts: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each text that is equal for texts with the same figures; 0 for those with fewer than `FEWEST`."""
    return np.array([_fingerprint(figures(text)) for text in texts], np.uint64)


def _fingerprint(found: frozenset[float]) -> int:
    if len(found) < FEWEST:
        return 0
    written = " ".join(f"{value:g}" for value in sorted(found))
    return int.from_bytes(blake2b(written.encode(), digest_size=8).digest(), "little") or 1


Encoder = Callable[[list[str]], NDArray[np.float32]]
"""Texts to float32 vectors, texts x dimensions. They need not have length 1."""

_ROUNDING = 1e-6
"""Equal vectors can have a float32 cosine this much below 1; the threshold is lowered by it."""

_POOL_ROWS = 16384
"""Pool vectors compared at a time, so that memory stays flat."""


class EmbeddingStep:
    """Texts whose embeddings have at least the configured cosine are near-duplicates; a lower one may do for texts with
    the same figures.

    The comparison is exact (no approximate index): a matrix product with the whole pool, in pieces.
    """

    name = "embedding"
    expensive = True

    def __init__(self, config: Embedding, encode: Encoder) -> None:
        self.threshold = config.threshold - _ROUNDING
        self.with_same_figures = None if config.figures_threshold is None else config.figures_threshold - _ROUNDING
        self._encode = encode

    def wave(self, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> "EmbeddingWave":
        return EmbeddingWave(self, texts, pool, among)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1; a text that is empty after normalisation gets zeros, so that it is like nothing.

        Raises `ModelError` when the encoder does not return one row of finite numbers per text.
        """
        filled = np.array([bool(normalise(text)) for text in texts])
        vectors = np.asarray(self._encode([text if some else "." for text, some in zip(texts, filled, strict=True)]))
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise ModelError(f"the encoder returned an array of shape {vectors.shape} for {len(texts)} texts")
        if not np.isfinite(vectors).all():
            raise ModelError("the encoder returned values that are not finite; check its weights and its precision")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12) * filled[:, None]).astype(np.float32)
        return unit

    def merge(self, segments: Sequence[Segment]) -> Arrays:
        names = ["embedding.vectors", *(["embedding.figures"] if self.with_same_figures is not None else [])]
        return {name: np.concatenate([segment.arrays[name] for segment in segments]) for name in names}


class EmbeddingWave:
    def __init__(self, step: EmbeddingStep, texts: Sequence[str], pool: Sequence[Segment], among: bool) -> None:
        self._step = step
        self._texts = texts
        self._pool = pool
        self._among = among
        self._learned = np.zeros(len(texts), np.bool_)
        self._vectors = np.empty((len(texts), 0), np.float32)
        self._figures = np.zeros(len(texts), np.uint64)
        self._kept: list[Rows] = []

    def collisions(self, block: Rows, known: Rows) -> Edges:
        self._learn(block)
        parts = []
        for segment in self._pool:
            stored, figures = segment.arrays["embedding.vectors"], segment.arrays.get("embedding.figures")
            for begin in range(0, segment.rows, _POOL_ROWS):
                piece = slice(begin, begin + _POOL_ROWS)
                others = -1 - (segment.start + np.arange(segment.rows)[piece])
                parts.append(self._nearest(block, stored[piece], None if figures is None else figures[piece], others))
        if self._among:
            parts += [self._nearest(block, self._vectors[kept], self._figures[kept], kept) for kept in self._kept]
            parts.append(self._pairs(block, np.union1d(block, known)))
        return Edges.of(parts)

    def _learn(self, positions: Rows) -> None:
        new = positions[~self._learned[positions]]
        if not len(new):
            return
        vectors = self._step.embed([self._texts[position] for position in new.tolist()])
        if not self._vectors.shape[1]:
            self._vectors = np.empty((len(self._texts), vectors.shape[1]), np.float32)
        self._vectors[new] = vectors
        if self._step.with_same_figures is not None:
            self._figures[new] = fingerprints([self._texts[position] for position in new.tolist()])
        self._learned[new] = True

    def _nearest(
        self, block: Rows, stored: NDArray[np.float32], figures: NDArray[np.uint64] | None, others: Rows
    ) -> Edges:
        """The first of the stored vectors that is near enough, for each text of the block that has one."""
        if not len(stored):
            return Edges.of([])
        cosine = self._vectors[block] @ stored.T
        near = self._near(cosine, self._figures[block], figures)
        first = near.argmax(axis=1)
        found = np.nonzero(near[np.arange(len(block)), first])[0]
        return _edges(block[found], others[first[found]], cosine[found, first[found]])

    def _pairs(self, block: Rows, everyone: Rows) -> Edges:
        cosine = self._vectors[everyone] @ self._vectors[everyone].T
        new = np.isin(everyone, block)
        near = self._near(cosine, self._figures[everyone], self._figures[everyone])
        later, earlier = np.nonzero(np.tril((new[:, None] | new) & near, -1))
        return _edges(everyone[later], everyone[earlier], cosine[later, earlier])

    def _near(
        self, cosine: NDArray[np.float32], one: NDArray[np.uint64], other: NDArray[np.uint64] | None
    ) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = cosine >= self._step.threshold
        if self._step.with_same_figures is not None and other is not None:
            near |= (cosine >= self._step.with_same_figures) & (one[:, None] == other) & (one[:, None] != 0)
        return near

    def keep(self, positions: Rows) -> None:
        self._learn(positions)
        self._kept.append(positions)

    def arrays(self, positions: Rows) -> Arrays:
        self._learn(positions)
        vectors = {"embedding.vectors": self._vectors[positions]}
        if self._step.with_same_figures is None:
            return vectors
        return {**vectors, "embedding.figures": self._figures[positions]}


def _edges(position: Rows, other: Rows, cosine: NDArray[np.float32]) -> Edges:
    return Edges(position, other, np.minimum(cosine, 1.0).astype(np.float64))
