"""Label `first`: no vote, the answer of the solution that was sampled first."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from crescent.config.check import Mistake
from crescent.config.schema import Config, Voting
from crescent.records import Consensus, Solution
from crescent.voting.ballots import decide, standing
from crescent.voting.labels.label import Needs


@dataclass
class First:
    """The first solution's answer, without band or least votes: what consensus is compared with."""

    def needs(self) -> Needs:
        """Nothing else."""
        return Needs()

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """Nothing that chooses among votes has a meaning."""
        voting = config.voting
        for key, value, wanted in (
            ("voting.representative", voting.representative, "first"),
            ("voting.adaptive", voting.adaptive, "off"),
        ):
            if value != wanted:
                yield Mistake(("label.use", key), f"{key}={value} needs a vote; with label=first it must be {wanted}")

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """With the first."""
        return len(answers) > 0

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """What the first solution says."""
        return decide(question, solutions, voting, "first")

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """One pair of full weight."""
        return standing(consensus)
