"""Label `views`: a label counts only where the model says the same of its own rewording of the question.

After Co-rewarding (Zhang et al. 2025, arXiv 2508.00410), whose first form takes the label of a question from the
majority on a rephrased one.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from crescent.config.check import Mistake
from crescent.config.schema import Config, Voting, option
from crescent.records import Consensus, Solution
from crescent.voting.adaptive import settled
from crescent.voting.ballots import decide, standing, unguarded
from crescent.voting.grouping import group
from crescent.voting.labels.label import Needs, Rewording

REWORD = """\
Write this problem again in other words. Keep every number and what is asked, and do not solve it.

{question}"""


@dataclass
class Views:
    """The majority of the question, if it passes the guards of `voting` and the majority on its rewording agrees."""

    prompt: str = option(REWORD)
    """Asks for the rewording. `{question}` is the question."""
    samples: int | None = option(None, low=1)
    """Solutions of the reworded question; null: as many as `voting.samples`."""

    def needs(self) -> Needs:
        """A second generation."""
        return Needs(rewording=Rewording(self.prompt, self.samples))

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """The prompt must have the question in it."""
        if "{question}" not in self.prompt:
            yield Mistake(("label.prompt",), "label.prompt does not contain {question}")

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """As far as the question itself goes; its rewording is answered in full."""
        return settled(answers, voting.samples, voting)

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The vote on the question, dropped as `views-disagree` where that on its rewording says something else.

        The second vote needs a majority, not the guards: of tied answers there it has none, if ties are rejected.
        Without a second view (a control that votes on what was rejected) the first stands.
        """
        own = [solution for solution in solutions if solution.sample < voting.samples]
        reworded = [solution for solution in solutions if solution.sample >= voting.samples]
        outcome = decide(question, own, voting)
        if outcome.reason is not None or not reworded:
            return outcome
        second = replace(unguarded(voting), reject_ties=voting.reject_ties, adaptive="off", representative="first")
        answers = [outcome.answer, decide(question, reworded, second).answer]
        one, other = group(answers, symbolic=voting.symbolic)
        if one == other:
            return outcome
        return msgspec.structs.replace(outcome, solution=None, others=[], reason="views-disagree")

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """All the same."""
        return standing(consensus)
