"""Near-duplicate detection: exact, MinHash-LSH and embedding tests in a cascade, with a ledger of what was removed.

Importing the package loads nothing heavy; its public names are loaded on first use.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Collision": "removal",
    "Deduplicated": "removal",
    "deduplicate": "removal",
    "decontaminate": "removal",
    "NearDuplicateIndex": "index",
    "Match": "index",
    "Diversity": "diversity",
    "hidden_state_encoder": "encoders",
    "sentence_encoder": "encoders",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
