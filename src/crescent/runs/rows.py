"""Rows of `records` as JSON Lines, and back, checked against their type."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from crescent.errors import DamagedError
from crescent.records import Row

R = TypeVar("R", bound=Row)
_encoder = msgspec.json.Encoder()


def to_lines(rows: Iterable[Row]) -> bytes:
    """One JSON object per line, fields in declaration order: equal rows give equal bytes."""
    return _encoder.encode_lines(list(rows))


def from_lines(data: bytes, kind: type[R], source: Path) -> list[R]:
    """The rows in `data`.

    Raises:
        DamagedError: a line is not a row of this kind; names the file and the line.
    """
    decoder = msgspec.json.Decoder(kind)
    rows: list[R] = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            rows.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DamagedError(f"{source}, line {number}: not a {kind.__name__} row ({error})") from None
    return rows


def read(path: Path, kind: type[R]) -> list[R]:
    """All rows of one JSON Lines file."""
    try:
        return from_lines(path.read_bytes(), kind, path)
    except FileNotFoundError:
        raise DamagedError(f"{path} is missing") from None


def stream(paths: Iterable[Path], kind: type[R]) -> Iterator[R]:
    """The rows of several files, one file in memory at a time."""
    for path in paths:
        yield from read(path, kind)
