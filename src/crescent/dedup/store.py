"""A pool's segments on disk: memory-mapped arrays that survive a kill at any moment.

    FOLDER/manifest.json      the configuration, and the segments that count, in order, with the digest of each file
    FOLDER/segment-000003/    rows.jsonl (id and text of each row), row_offsets.npy, one .npy per array of a test

A segment is written under another name, synced and renamed, and only then named in the manifest, which is itself
replaced in one step. What the manifest does not name is no part of the index and is removed by the next write. One
process writes at a time; the caller holds the lock.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from crescent.dedup.steps import Arrays, Segment
from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import clear_temporary, file_digest, publish_folder
from crescent.runs.manifest import read_sealed, write_sealed

_ROW = msgspec.json.Decoder(tuple[str, str])

FORMAT = 3
"""Raised when what is stored changes its meaning; an index of another format is refused."""


class Contents(msgspec.Struct):
    """What `manifest.json` holds."""

    format: int
    config: dict[str, Any]
    written: int
    """Segments written so far; the next one gets this number."""
    segments: dict[str, dict[str, str]]
    """SHA-256 of each file of each segment, in the order of the rows."""


@dataclass(frozen=True)
class Stored:
    """A segment with the id and text of each of its rows; on disk also its name and the digests of its files."""

    segment: Segment
    rows: Sequence[tuple[str, str]]
    name: str = ""
    digests: dict[str, str] = field(default_factory=dict)


class SegmentStore:
    """The segments of one index in one folder."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._folder = folder
        self._contents = Contents(FORMAT, config, 0, {})

    def load(self) -> list[Stored]:
        """The segments that the manifest names.

        Raises `RunFolderError` for an index of another configuration and `DamagedError` for files that are missing, cut
        or altered: what a bit is flipped in would not be found again, or be found like anything.
        """
        contents = read_sealed(self._folder / "manifest.json", Contents)
        if contents is None:
            return []
        if contents.format != FORMAT:
            raise RunFolderError(
                f"{self._folder}: an index of format {contents.format}, not {FORMAT}; remove the folder"
            )
        if contents.config != self._contents.config:
            old, new = contents.config, self._contents.config
            differ = ", ".join(key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key))
            raise RunFolderError(
                f"{self._folder}: the index was made with other settings ({differ}); remove it or choose another folder"
            )
        self._contents = contents
        segments: list[Stored] = []
        for name, digests in contents.segments.items():
            _check(self._folder / name, digests)
            start = segments[-1].segment.start + segments[-1].segment.rows if segments else 0
            segments.append(_read(self._folder / name, digests, start))
        return segments

    def write(self, arrays: Arrays, rows: Iterable[tuple[str, str]], start: int) -> Stored:
        """Put a segment on disk. It counts only after `commit`."""
        self._sweep()
        folder = self._folder / f"segment-{self._contents.written:06d}"
        self._contents.written += 1
        with publish_folder(folder) as temporary:
            ends = [0]
            with (temporary / "rows.jsonl").open("wb") as lines:
                ends += [lines.write(msgspec.json.encode(row) + b"\n") for row in rows]
            np.save(temporary / "row_offsets.npy", np.cumsum(ends, dtype=np.int64))
            for key, array in arrays.items():
                np.save(temporary / f"{key}.npy", array, allow_pickle=False)
        return _read(folder, {path.name: file_digest(path) for path in sorted(folder.iterdir())}, start)

    def commit(self, segments: Sequence[Stored]) -> None:
        """Make these segments, in this order, the index."""
        self._contents.segments = {stored.name: stored.digests for stored in segments}
        write_sealed(self._folder / "manifest.json", self._contents)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left behind, and segments that merging has replaced."""
        clear_temporary(self._folder)
        for folder in self._folder.glob("segment-*"):
            if folder.name not in self._contents.segments:
                shutil.rmtree(folder)


class RowFile(Sequence[tuple[str, str]]):
    """Id and text of each row of a segment, read from disk when asked for."""

    def __init__(self, path: Path, offsets: NDArray[np.int64]) -> None:
        self._path = path
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[tuple[str, str]]:
        with self._path.open("rb") as lines:
            for line in lines:
                row_id, text = _ROW.decode(line)
                yield row_id, text

    @overload
    def __getitem__(self, row: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[tuple[str, str]]: ...
    def __getitem__(self, row: int | slice) -> tuple[str, str] | Sequence[tuple[str, str]]:
        if isinstance(row, slice):
            return [self[single] for single in range(*row.indices(len(self)))]
        with self._path.open("rb") as lines:
            lines.seek(int(self._offsets[row]))
            row_id, text = _ROW.decode(lines.readline())
        return row_id, text


def _check(folder: Path, digests: dict[str, str]) -> None:
    for name, expected in digests.items():
        path = folder / name
        if not path.is_file() or file_digest(path) != expected:
            state = "was cut or altered after it was written" if path.is_file() else "is missing"
            raise DamagedError(f"{path} {state}; remove {folder.parent} to build the index anew")


def _read(folder: Path, digests: dict[str, str], start: int) -> Stored:
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))}
    offsets = arrays.pop("row_offsets")
    rows = RowFile(folder / "rows.jsonl", offsets)
    return Stored(Segment(start, len(offsets) - 1, arrays), rows, folder.name, digests)
