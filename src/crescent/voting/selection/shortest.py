"""Selection `shortest`: the shortest solutions are left out, as SSD does with a tenth (arXiv 2604.01193)."""

from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.schema import option
from crescent.config.seeds import derived_seed
from crescent.voting.consensus import rational
from crescent.voting.selection.selection import Candidate, Selected

REASON = "shortest"


@dataclass
class Shortest:
    """Asks no vote: it works for pairs without one too."""

    share: float = option(0.1, low=0.0, high=0.99)
    """Share of the pairs that is dropped, rounded down to whole pairs."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """By tokens of the solution; of equally long ones the seed decides."""
        ranked = sorted(candidates, key=lambda each: (each.tokens, derived_seed(seed, each.pair.id)))
        count = int(rational(self.share) * len(ranked))
        return Selected(ranked[count:], [(each, REASON) for each in ranked[:count]])
