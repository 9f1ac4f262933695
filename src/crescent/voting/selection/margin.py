"""Selection `margin`: the majority answer must lead the next one clearly."""

from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.schema import option
from crescent.voting.selection.selection import Candidate, Selected, sorted_out

REASON = "margin-low"


@dataclass
class Margin:
    """Pairs whose answer leads the runner-up by enough, as SCRL asks beside a band (docs/selection.md)."""

    least: float = option(0.25, low=0.0, high=1.0)
    """Least difference between the first and the second answer, as a share of all votes (of weights, if weighted)."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """By the margin of the vote."""
        return sorted_out(candidates, lambda vote: vote.margin >= self.least, REASON)
