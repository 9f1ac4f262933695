"""Selection `schedule`: the least agreement rises from round to round, as in ScPO (Prasad et al. 2024)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crescent.config.schema import Config
from crescent.config.schema.option import option
from crescent.voting.selection.selection import Candidate, Selected, sorted_out

REASON = "below-schedule"


@dataclass
class Schedule:
    """Beside `voting.min_agreement`, which holds in all rounds."""

    least: list[float] = option([0.5, 0.7], low=0.0, high=1.0)
    """Least agreement in round 1, 2, ...; the last one also in all rounds after it."""

    def mistakes(self, config: Config) -> Iterator[str]:
        """There must be one."""
        if not self.least:
            yield "least is empty: give the least agreement of round 1 at least"

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """By the agreement that this round asks for."""
        least = self.least[min(number, len(self.least)) - 1]
        return sorted_out(candidates, lambda vote: vote.agreement >= least, REASON)
