"""Names and numbers as trackers take them."""

import hashlib
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from crescent.runs.names import round_number


def numbers(facts: Mapping[str, Any], prefix: str, only: tuple[str, ...] = ()) -> dict[str, float]:
    """Every finite number in nested mappings: `{"drops": {"tie": 3}}` becomes `{"PREFIX/drops/tie": 3.0}`."""
    found: dict[str, float] = {}
    for key, value in facts.items():
        name = f"{prefix}/{key}"
        if only and key not in only:
            continue
        if isinstance(value, Mapping):
            found |= numbers(value, name)
        elif isinstance(value, bool | int | float) and isfinite(value):
            found[name] = float(value)
    return found


def round_of(folder: str) -> int:
    """3 for `round-03`, 0 for any other folder of a run, as for `base`."""
    return round_number(folder) or 0


def plain_name(text: str, longest: int) -> str:
    """Letters, digits, dots, dashes and underscores alone; a digest keeps a name distinct that had to be changed much.

    >>> plain_name("nano-seed1,rounds=3", 90)
    'nano-seed1-rounds-3'
    """
    clean = re.sub(r"[^A-Za-z0-9._-]", "-", text)
    if len(clean) <= longest:
        return clean
    return f"{clean[: longest - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
