"""The head of a GGUF file: its metadata and the list of its tensors, read in milliseconds without the weights.

The format is ggml's (docs/gguf.md of its repository), versions 2 and 3, little-endian. The package `gguf` has a reader
too; it takes seconds, for it makes an array of every token of the vocabulary.
"""

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from crescent.errors import ModelError

MAGIC = b"GGUF"
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
LONGEST = 1 << 30
"""Lengths above this are taken for damage, not followed."""


@dataclass(frozen=True)
class Tensor:
    """One tensor as listed: `kind` is ggml's number of its quantisation, `offset` counts from the data's begin."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)


@dataclass(frozen=True)
class Header:
    """`metadata` holds scalars and texts; of an array only its length. `data` is where the weights begin, in bytes."""

    metadata: dict[str, Any]
    tensors: list[Tensor]
    data: int


def read_header(file: Path) -> Header:
    """The head of `file`.

    Raises:
        ModelError: no such file, another format, or cut within its head.
    """
    try:
        with file.open("rb") as stream:
            return _Reader(stream).header()
    except FileNotFoundError:
        raise ModelError(f"model.path {file}: there is no such GGUF file") from None
    except (struct.error, UnicodeDecodeError, KeyError, ValueError, OSError):
        raise ModelError(f"model.path {file}: not a whole GGUF file (version 2 or 3). Fetch it again.") from None


class _Reader:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def header(self) -> Header:
        if self.stream.read(4) != MAGIC or self.scalar("I") not in (2, 3):
            raise ValueError("not GGUF")
        tensors, pairs = self.scalar("Q"), self.scalar("Q")
        metadata = {self.text(): self.value(self.scalar("I")) for _ in range(_sane(pairs))}
        listed = [self.tensor() for _ in range(_sane(tensors))]
        alignment = metadata.get("general.alignment", 32)
        return Header(metadata, listed, -(-self.stream.tell() // alignment) * alignment)

    def tensor(self) -> Tensor:
        name, dimensions = self.text(), self.scalar("I")
        shape = tuple(self.scalar("Q") for _ in range(_sane(dimensions)))
        return Tensor(name, shape, self.scalar("I"), self.scalar("Q"))

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.text()
        if kind != ARRAY:
            return self.scalar(SCALARS[kind])
        of, count = self.scalar("I"), _sane(self.scalar("Q"))
        if of in (STRING, ARRAY):
            for _ in range(count):
                self.value(of)
        else:
            self.stream.seek(count * struct.calcsize(SCALARS[of]), 1)
        return count

    def text(self) -> str:
        length = _sane(self.scalar("Q"))
        data = self.stream.read(length)
        if len(data) < length:
            raise ValueError("cut")
        return data.decode()

    def scalar(self, code: str) -> Any:
        return struct.unpack(f"<{code}", self.stream.read(struct.calcsize(code)))[0]


def _sane(length: int) -> int:
    if length > LONGEST:
        raise ValueError("too long to be true")
    return length
