"""A field of the schema with its bounds."""

from dataclasses import field
from typing import Any


def option(default: Any, *, low: float | None = None, high: float | None = None, of: tuple[str, ...] = ()) -> Any:
    """A field with bounds (both inclusive) or a fixed choice of words."""
    metadata = {"low": low, "high": high, "of": of}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)
