"""Whether safetensors files are whole, from their heads alone, and how large a model on disk is. No library is loaded.

A safetensors file is the length of its head (8 bytes, little-endian), the head as JSON, then the tensors' bytes.
"""

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

from crescent.errors import DamagedError, ModelError

INDEX = "model.safetensors.index.json"
LONGEST = 100_000_000
"""Bytes a head may take, as in the format's own library."""


def check_weights(folder: Path) -> int:
    """See that every safetensors file of a model is there and whole; returns the number of weights in them.

    Raises:
        ModelError: no weights in this format.
        DamagedError: a file is missing, cut or altered in its head.
    """
    return count_weights(folder)


def count_weights(folder: Path, named: str = "") -> int:
    """How many weights there are in tensors with `named` in their name; raises as `check_weights`."""
    return sum(_check_file(file, named) for file in weight_files(folder))


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model: those its index names, or the only one.

    Raises:
        ModelError, DamagedError: as `check_weights`.
    """
    index = folder / INDEX
    if index.is_file():
        try:
            names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, AttributeError):
            raise DamagedError(f"{index}: cannot be read. Fetch or make the model again.") from None
        return [folder / name for name in sorted(names)]
    file = folder / "model.safetensors"
    if not file.is_file():
        pickled = " (pickled weights, *.bin, are not loaded)" if any(folder.glob("*.bin")) else ""
        raise ModelError(f"model.path {folder}: there is no model.safetensors{pickled}")
    return [file]


def _check_file(file: Path, named: str) -> int:
    try:
        with file.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            tensors: dict[str, Any] = json.loads(stream.read(min(length, LONGEST)))
        tensors.pop("__metadata__", None)
        end = max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
        whole = length <= LONGEST and file.stat().st_size == 8 + length + end
        count: int = sum(prod(tensor["shape"]) for name, tensor in tensors.items() if named in name)
    except FileNotFoundError:
        raise DamagedError(f"{file} is missing. Fetch or make the model again.") from None
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole, count = False, 0
    if not whole:
        raise DamagedError(f"{file}: the weights cannot be read, the file is cut or altered. Fetch or make it again.")
    return count
