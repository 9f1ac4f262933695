"""What stands against a consensus: the least voted answer, for objectives that learn from what lost."""

from collections.abc import Sequence

from crescent.records import Solution
from crescent.voting.grouping import group


class Rivals:
    """The solutions of one question by their answers. `solutions`: in sample order."""

    def __init__(self, solutions: Sequence[Solution], *, symbolic: bool) -> None:
        self.solutions = solutions
        self.members: dict[int, list[int]] = {}
        self._group: dict[int, int] = {}
        for place, number in enumerate(group([each.answer for each in solutions], symbolic=symbolic)):
            if number is not None:
                self.members.setdefault(number, []).append(place)
                self._group[solutions[place].sample] = number

    def shares(self) -> list[float]:
        """The share of all solutions that each answer has, largest first; without an answer there is none."""
        return sorted((len(places) / len(self.solutions) for places in self.members.values()), reverse=True)

    def votes(self, sample: int) -> int:
        """How many solutions have the answer of this one; 0 where it has none."""
        return len(self.members[self._group[sample]]) if sample in self._group else 0

    def against(self, sample: int) -> tuple[Solution, float] | None:
        """The first solution with the least voted answer, and by how much of all votes that of `sample` leads it.

        Of equally few votes the answer that was sampled first. None where no answer has fewer votes than this one's.
        The loser of a preference pair (Prasad et al. 2024, arXiv 2411.04109, section 2: the most and the least
        consistent response); the lead is its weight, (v+ - v-) / k.
        """
        votes = self.votes(sample)
        fewer = [places for places in self.members.values() if len(places) < votes]
        if not fewer:
            return None
        least = min(fewer, key=lambda places: (len(places), places[0]))
        return self.solutions[least[0]], (votes - len(least)) / len(self.solutions)
