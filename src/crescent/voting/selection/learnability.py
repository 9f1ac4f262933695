"""Selection `learnability`: the questions that the model solves about every other time.

p(1 - p), with agreement for p: the variance of success, which is largest at 1/2 (used to choose what to practise since
Florensa et al. 2018, arXiv 1705.06366; the reward of R-Zero's challenger has the same maximum).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.schema import option
from crescent.records import Consensus
from crescent.voting.selection.selection import Candidate, Selected, first_of

REASON = "less-learnable"


@dataclass
class Learnability:
    """The pairs with the largest p(1 - p)."""

    best: int = option(1000, low=1)
    """Pairs of a round at most."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """By distance of the agreement from 1/2, exactly: in votes, so that 3 and 5 of 8 are equals."""
        return first_of(candidates, self.best, _distance, seed, REASON)


def _distance(vote: Consensus) -> float:
    return abs(2 * vote.votes - vote.samples) / vote.samples
