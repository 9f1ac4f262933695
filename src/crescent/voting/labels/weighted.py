"""Label `weighted`: the answer with the largest sum of exp(mean token log-probability)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.voting.ballots import decide, standing
from crescent.voting.labels.label import Needs


@dataclass
class Weighted:
    """Each vote counts as much as its solution is likely; agreement still counts votes."""

    def needs(self) -> Needs:
        """How likely the solutions are."""
        return Needs(logprobs=True)

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """Not before all are there: what the others weigh is not known."""
        return len(answers) >= voting.samples

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The vote by weight."""
        return decide(question, solutions, voting, "weighted")

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """All the same."""
        return standing(consensus)
