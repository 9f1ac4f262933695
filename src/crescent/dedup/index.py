"""A pool of questions that grows by waves and says of any text which question of the pool it is like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Dedup
from crescent.dedup.cascade import NOBODY, Verdicts, Wave
from crescent.dedup.embedding import Encoder
from crescent.dedup.lsh import MinhashStep
from crescent.dedup.normalise import check_texts
from crescent.dedup.removal import build_steps
from crescent.dedup.settings import settings
from crescent.dedup.steps import Arrays, Segment
from crescent.dedup.store import SegmentStore, Stored
from crescent.errors import ConfigError, DataError

if TYPE_CHECKING:
    from datasketch import MinHashLSH


class Match(msgspec.Struct, frozen=True):
    """The question of the pool that a text is a near-duplicate of: its id and text, the test, and how similar."""

    other: str
    text: str
    test: str
    similarity: float


class NearDuplicateIndex:
    """Accepted questions, by id, and the tests that compare new ones with them.

    With `folder` the index lives on disk and is opened where it stood; every `add` and `admit` is one atomic step.
    Waves admitted one after another give the same decisions as all texts admitted at once.

    `encode` turns texts into vectors for the embedding test; without it the configured encoder is loaded. An index on
    disk must go on with the encoder it was begun with.
    """

    def __init__(
        self, config: Dedup | Mapping[str, Any], folder: Path | str | None = None, encode: Encoder | None = None
    ) -> None:
        self.config = settings(config)
        self._steps = build_steps(self.config, encode)
        self._store = None if folder is None else SegmentStore(Path(folder), _what_is_stored(self.config))
        self._segments: list[Stored] = [] if self._store is None else self._store.load()

    def __len__(self) -> int:
        return sum(stored.segment.rows for stored in self._segments)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Id and text of every question, in the order of their arrival."""
        return chain.from_iterable(stored.rows for stored in self._segments)

    def __contains__(self, question_id: object) -> bool:
        return isinstance(question_id, str) and bool(self._present(_keys([question_id]))[0])

    def check(self, texts: Sequence[str]) -> list[Match | None]:
        """For each text the question of the pool it is like, or None. The texts are not compared with each other."""
        check_texts(texts)
        return self._matches(Wave(self._steps, texts, self._pool, among=False).decide(), [])

    def admit(self, texts: Sequence[str], ids: Sequence[str]) -> list[Match | None]:
        """Decide text by text, in order, and add those that are like no question of the pool: None in the result.

        Raises `DataError` for rows that are no text and for ids that are not new.
        """
        rows = self._rows(texts, ids)
        wave = Wave(self._steps, texts, self._pool)
        verdicts = wave.decide()
        matches = self._matches(verdicts, rows)
        kept = verdicts.kept
        self._append(wave.arrays(kept), [rows[row] for row in kept.tolist()])
        return matches

    def add(self, texts: Sequence[str], ids: Sequence[str]) -> None:
        """Take texts into the pool whatever they are like. Raises `DataError` as `admit` does."""
        rows = self._rows(texts, ids)
        wave = Wave(self._steps, texts, [], among=False)
        self._append(wave.arrays(np.arange(len(rows))), rows)

    def to_datasketch(self) -> "MinHashLSH":
        """A `datasketch.MinHashLSH` with every question of the pool by id, same bands, same signatures.

        Questions without any word have no shingles and are left out. Raises `ConfigError` without a minhash test.
        """
        from datasketch import LeanMinHash, MinHashLSH

        step = next((step for step in self._steps if isinstance(step, MinhashStep)), None)
        if step is None:
            raise ConfigError(["dedup.minhash: is null, so there are no signatures to export"])
        config = step.config
        lsh = MinHashLSH(threshold=config.threshold, num_perm=config.permutations, params=(step.bands, step.rows))
        for stored in self._segments:
            for row, signature in step.signatures_of(stored.segment):
                sketch = LeanMinHash(seed=config.seed, hashvalues=signature, scheme="affine32")
                lsh.insert(stored.rows[row][0], sketch)
        return lsh

    @property
    def _pool(self) -> list[Segment]:
        return [stored.segment for stored in self._segments]

    def _rows(self, texts: Sequence[str], ids: Sequence[str]) -> list[tuple[str, str]]:
        check_texts(texts)
        check_texts(ids, "ids")
        if len(texts) != len(ids):
            raise DataError(f"{len(texts)} questions and {len(ids)} ids: every question needs one id")
        if len(set(ids)) < len(ids):
            twice = next(row for row, one in enumerate(ids) if one in ids[:row])
            raise DataError(f"ids, row {twice}: `{ids[twice]}` is there twice")
        if (present := np.flatnonzero(self._present(_keys(ids)))).size:
            raise DataError(f"ids, row {present[0]}: `{ids[present[0]]}` is in the index already")
        return list(zip(ids, texts, strict=True))

    def _present(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        found = np.zeros(len(keys), np.bool_)
        for segment in self._pool:
            stored = segment.arrays["id_keys"]
            found |= stored[np.minimum(np.searchsorted(stored, keys), len(stored) - 1)] == keys
        return found

    def _matches(self, verdicts: Verdicts, rows: Sequence[tuple[str, str]]) -> list[Match | None]:
        matches: list[Match | None] = [None] * len(verdicts.other)
        for position in np.flatnonzero(verdicts.other != NOBODY).tolist():
            other = int(verdicts.other[position])
            other_id, text = rows[other] if other >= 0 else self._row(-1 - other)
            name = self._steps[verdicts.step[position]].name
            matches[position] = Match(other_id, text, name, float(verdicts.similarity[position]))
        return matches

    def _row(self, row: int) -> tuple[str, str]:
        stored = next(stored for stored in reversed(self._segments) if stored.segment.start <= row)
        return stored.rows[row - stored.segment.start]

    def _append(self, arrays: Arrays, rows: Sequence[tuple[str, str]]) -> None:
        """Add a segment, then join segments until each is more than twice as long as the next.

        So there are never more than log2 of them, and a row is copied no more often than that.
        """
        if not rows:
            return
        arrays = {**arrays, "id_keys": np.sort(_keys([row_id for row_id, _ in rows]))}
        new = Stored(Segment(len(self), len(rows), arrays), rows)
        segments = list(self._segments)
        tail = [new]
        while segments and segments[-1].segment.rows <= 2 * sum(stored.segment.rows for stored in tail):
            tail.insert(0, segments.pop())
        if len(tail) > 1:
            new = self._joined(tail)
        if self._store is not None:
            new = self._store.write(new.segment.arrays, new.rows, new.segment.start)
            self._store.commit([*segments, new])
        self._segments = [*segments, new]

    def _joined(self, parts: Sequence[Stored]) -> Stored:
        pieces = [part.segment for part in parts]
        arrays = {name: array for step in self._steps for name, array in step.merge(pieces).items()}
        arrays["id_keys"] = np.sort(np.concatenate([piece.arrays["id_keys"] for piece in pieces]))
        rows = list(chain.from_iterable(part.rows for part in parts))
        return Stored(Segment(pieces[0].start, len(rows), arrays), rows)


def _keys(ids: Sequence[str]) -> NDArray[np.uint64]:
    """The first 64 bits of BLAKE2b of each id; a chance collision among a million ids has probability 3e-8."""
    return np.frombuffer(b"".join(blake2b(one.encode(), digest_size=8).digest() for one in ids), "<u8")


def _what_is_stored(config: Dedup) -> dict[str, Any]:
    """The settings that an index on disk depends on, flat. Batch size and embedding thresholds are not among them."""
    flat: dict[str, Any] = {"exact": config.exact}
    if config.minhash is not None:
        flat |= {f"minhash.{name}": value for name, value in asdict(config.minhash).items()}
    if config.embedding is not None:
        flat["embedding.encoder"] = config.embedding.encoder
        flat["embedding.revision"] = config.embedding.revision
        flat["embedding.figures"] = config.embedding.figures_threshold is not None
    if config.own.get("use") is not None:
        flat |= {f"own.{name}": value for name, value in config.own.items()}
    return flat
