"""Near-duplicate detection: exact, MinHash-LSH and embedding tests in a cascade, with a ledger of what was removed.

Importing the package loads nothing heavy; its public names are loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crescent.dedup.diversity import Diversity as Diversity
    from crescent.dedup.encoders import hidden_state_encoder as hidden_state_encoder
    from crescent.dedup.encoders import sentence_encoder as sentence_encoder
    from crescent.dedup.index import Match as Match
    from crescent.dedup.index import NearDuplicateIndex as NearDuplicateIndex
    from crescent.dedup.removal import Collision as Collision
    from crescent.dedup.removal import Deduplicated as Deduplicated
    from crescent.dedup.removal import decontaminate as decontaminate
    from crescent.dedup.removal import deduplicate as deduplicate

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
