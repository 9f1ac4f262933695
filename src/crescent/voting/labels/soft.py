"""Label `soft`: the majority answer with the share of its votes as weight, or every answer with enough of them.

The offline form of EMPO (Zhang et al. 2025, arXiv 2505.05812), which rewards a solution by the share of the samples
that say the same.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from crescent.config.check import Mistake
from crescent.config.schema import Config, Voting, option
from crescent.records import Consensus, Solution
from crescent.voting.ballots import decide, standing
from crescent.voting.consensus import chosen_among, rational
from crescent.voting.labels.label import Needs
from crescent.voting.losers import Rivals


@dataclass
class Soft:
    """The guards of `voting` decide which questions are kept, the shares what their pairs weigh."""

    least: float | None = option(None, low=0.0, high=1.0)
    """Also the solutions that stand for every other answer with at least this share of the votes are pairs, each with
    its own share as weight; null: those of the majority answer alone."""

    def needs(self) -> Needs:
        """Every sample: shares of some would not be those of all."""
        return Needs(every_sample=True)

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """Shares of one sample are all 1."""
        if config.voting.samples == 1:
            keys = ("label.use", "voting.samples")
            yield Mistake(keys, "label=soft weighs by shares of votes; voting.samples=1 has none: take more")

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """With all of them."""
        return len(answers) >= voting.samples

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The majority vote."""
        return decide(question, solutions, voting)

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """By the share of each solution's answer."""
        rivals = Rivals(solutions, symbolic=voting.symbolic)
        chosen = [sample for sample, _ in standing(consensus)]
        if self.least is not None:
            least = rational(self.least) * len(solutions)
            for places in rivals.members.values():
                taken = any(solutions[place].sample in chosen for place in places)
                if not taken and len(places) >= least:
                    chosen += [solutions[place].sample for place in chosen_among(solutions, places, voting)]
        return [(sample, rivals.votes(sample) / len(solutions)) for sample in chosen]
