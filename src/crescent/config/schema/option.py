"""A field of the schema with its bounds, and what the key decides."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

Affects = tuple[str, ...] | None
"""What a key decides, in the words of `config/effects.py`; (): nothing that a run makes, so that a run which has begun
may go on with another value. None: what the group says that the key belongs to."""


def option(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    of: tuple[str, ...] = (),
    affects: Affects = None,
) -> Any:
    """A field with bounds (both inclusive) or a fixed choice of words."""
    metadata = {"low": low, "high": high, "of": of, "affects": affects}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def section(default: Callable[[], Any], *, affects: Affects = None) -> Any:
    """A group of keys, or a mapping. `affects` holds for every key in it that does not say otherwise itself."""
    return field(default_factory=default, metadata={"affects": affects})


def slot(use: str | None, *, affects: Affects = None) -> Any:
    """What one class takes: `use`, which names it, and beside it its settings (see `config/slots.py`)."""
    return field(default_factory=lambda: {"use": use}, metadata={"affects": affects})
