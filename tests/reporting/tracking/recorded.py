"""What wandb's own client wrote into a run's transaction log, read back.

The log is a seven-byte header and then blocks of 32 KiB with records in pieces (LevelDB's log format); a record is a
`wandb_internal_pb2.Record`.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER, BLOCK, PIECE = 7, 32768, struct.Struct("<IHB")
WHOLE, LAST = 1, 4


def logs(place: Path) -> list[Path]:
    """The transaction logs of all starts, in order of time, written to their end."""
    import wandb

    wandb.teardown()  # `finish` returns while the service still writes; the end of a process waits for it as well
    return sorted(place.glob("wandb/*run-*/*.wandb"))


def records(log: Path) -> Iterator[Any]:
    from wandb.proto.wandb_internal_pb2 import Record

    data, at, parts = log.read_bytes(), HEADER, b""
    while at + PIECE.size <= len(data):
        left = BLOCK - at % BLOCK
        if left < PIECE.size:
            at += left
            continue
        _, length, kind = PIECE.unpack_from(data, at)
        parts += data[at + PIECE.size : at + PIECE.size + length]
        at += PIECE.size + length
        if kind in (WHOLE, LAST):
            yield Record.FromString(parts)
            parts = b""


def kinds(log: Path, kind: str) -> list[Any]:
    """The records of one kind: "run", "history", "metric", "artifact", "stats", "exit", ..."""
    return [getattr(record, kind) for record in records(log) if record.WhichOneof("record_type") == kind]


def history(log: Path) -> list[dict[str, Any]]:
    """The rows that were logged, `_step` among them."""
    return [
        {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in row.item}
        for row in kinds(log, "history")
    ]
