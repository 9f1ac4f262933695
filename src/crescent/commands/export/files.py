"""Rows as files: JSON Lines, or typed Parquet."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

TYPES = ("text", "integer", "number", "truth", "messages", "reward", "extra")
"""Words for the types of columns."""


def as_jsonl(rows: Sequence[dict[str, Any]]) -> bytes:
    """One JSON object per line, UTF-8."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_parquet(rows: Sequence[dict[str, Any]], columns: Mapping[str, str]) -> bytes:
    """The same rows as Parquet, typed, so that columns of nulls keep their type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    kinds = {
        "text": text,
        "integer": pa.int64(),
        "number": pa.float64(),
        "truth": pa.bool_(),
        "messages": pa.list_(pa.struct([("role", text), ("content", text)])),
        "reward": pa.struct([("style", text), ("ground_truth", text)]),
        "extra": pa.struct([("split", text), ("index", pa.int64()), ("id", text), ("question", text)]),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink)
    return sink.getvalue()
