"""Selection `order`: the hardest or the easiest questions first, by agreement (SRT keeps the easiest third)."""

from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.schema import option
from crescent.voting.selection.selection import Candidate, Selected, first_of

REASON = "out-of-order"


@dataclass
class Order:
    """So many pairs from one end of the agreement. In which order they are learned is up to the training."""

    first: str = option("easy", of=("easy", "hard"))
    """`easy`: the largest agreement first; `hard`: the smallest."""
    most: int = option(1000, low=1)
    """Pairs of a round at most."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """By agreement."""
        sign = -1 if self.first == "easy" else 1
        return first_of(candidates, self.most, lambda vote: sign * vote.agreement, seed, REASON)
