"""Selection `all`: nothing is left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from crescent.voting.selection.selection import Candidate, Selected


@dataclass
class All:
    """Every pair that the vote accepted; its guards are those of `voting`."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """All of them."""
        return Selected(list(candidates), [])
