"""Reading the answer of a solution, deciding which answers are the same, and voting.

Public names are loaded on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crescent.records import Consensus as Consensus
    from crescent.voting.answer import Answer as Answer
    from crescent.voting.answer import Ballot as Ballot
    from crescent.voting.consensus import vote as vote
    from crescent.voting.equality.canonicalization import canonical as canonical
    from crescent.voting.equivalence import equivalent as equivalent
    from crescent.voting.extraction import extract_answer as extract_answer
    from crescent.voting.grouping import Groups as Groups
    from crescent.voting.grouping import group as group

HOMES = {
    "Answer": "crescent.voting.answer",
    "Ballot": "crescent.voting.consensus",
    "Consensus": "crescent.records",
    "Groups": "crescent.voting.grouping",
    "canonical": "crescent.voting.equality.canonicalization",
    "equivalent": "crescent.voting.equivalence",
    "extract_answer": "crescent.voting.extraction",
    "group": "crescent.voting.grouping",
    "vote": "crescent.voting.consensus",
}

__all__ = ["Answer", "Ballot", "Consensus", "Groups", "canonical", "equivalent", "extract_answer", "group", "vote"]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
