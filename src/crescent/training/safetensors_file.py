"""Writing a safetensors file one tensor after the other.

The format's own library wants all tensors in memory in the precision they are stored in, and holds Python's lock until
the file is written. Here no more than one tensor is converted at a time, and other threads go on meanwhile. The files
are the same, byte for byte.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip


def write_tensors(
    path: Path, tensors: "Mapping[str, Tensor]", metadata: Mapping[str, str], dtype: torch.dtype | None = None
) -> str:
    """Write `tensors` to `path`, force the file to the disk, and return its SHA-256.

    `dtype` is what floating-point tensors are converted to, one at a time; None: they stay as they are.

    Raises:
        KeyError: the format has no name for the type of a tensor.
    """
    types = {name: stored_type(tensor, dtype) for name, tensor in tensors.items()}
    # Large types first, so that every tensor is aligned to the size of its numbers.
    order = sorted(tensors, key=lambda name: (-types[name].itemsize, name))
    seen = hashlib.sha256()
    with path.open("wb") as file:
        head = _head(tensors, types, order, metadata)
        seen.update(head)
        file.write(head)
        for name in order:
            data = _bytes(stored(tensors[name], dtype))
            seen.update(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return seen.hexdigest()


def stored_type(tensor: "Tensor", dtype: torch.dtype | None) -> torch.dtype:
    """The type in which a tensor is stored."""
    return dtype if dtype is not None and tensor.is_floating_point() else tensor.dtype


def stored(tensor: "Tensor", dtype: torch.dtype | None) -> "Tensor":
    """The tensor as it is stored: on the CPU, contiguous, in its type."""
    return tensor.detach().to("cpu", stored_type(tensor, dtype)).contiguous()


def _head(
    tensors: "Mapping[str, Tensor]", types: Mapping[str, torch.dtype], order: list[str], metadata: Mapping[str, str]
) -> bytes:
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    start = 0
    for name in order:
        end = start + tensors[name].numel() * types[name].itemsize
        entries[name] = {"dtype": NAMES[types[name]], "shape": list(tensors[name].shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _bytes(tensor: "Tensor") -> memoryview:
    return tensor.reshape(-1).view(torch.uint8).numpy().data
