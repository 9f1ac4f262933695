"""Label `majority`: the answer with the most votes (self-consistency, Wang et al. 2023)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.adaptive import settled
from crescent.voting.ballots import decide, standing
from crescent.voting.labels.label import Needs


@dataclass
class Majority:
    """Most votes win, within the guards of `voting`."""

    def needs(self) -> Needs:
        """Nothing else."""
        return Needs()

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """Exactly: whether two continuations could differ."""
        return settled(answers, voting.samples, voting)

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The vote."""
        return decide(question, solutions, voting)

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """All the same."""
        return standing(consensus)
