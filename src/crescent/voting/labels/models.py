"""Label `models`: several models vote together, those of earlier rounds or given ones."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from crescent.config.check import Mistake
from crescent.config.schema import Config, Voting
from crescent.config.schema.option import option
from crescent.records import Consensus, Solution
from crescent.voting.ballots import decide, standing
from crescent.voting.labels.label import Needs, Voters


@dataclass
class Models:
    """The majority over `voting.samples` solutions of each model. With one model, as in round 1, plain majority."""

    earlier: int = option(1, low=0)
    """The models that answered in so many rounds before this one vote too; the base model answers in round 1."""
    paths: list[str] = option([])
    """Folders of further models with the chat template and the limits of `model`."""

    def needs(self) -> Needs:
        """Solutions of every voter, all of them."""
        return Needs(every_sample=True, voters=Voters(self.earlier, tuple(self.paths)))

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """Somebody else must have a vote, and be able to write."""
        if not self.paths and not self.earlier:
            keys: tuple[str, ...] = ("label.earlier", "label.paths")
            yield Mistake(keys, "label=models has one voter: give label.earlier or label.paths")
        elif not self.paths and config.student is not None:
            yield Mistake(
                ("label.use", "student"),
                "label=models has one voter: the teacher answers in all rounds; give label.paths",
            )
        if self.paths and config.backend.name == "server" and config.backend.command is None:
            keys = ("label.paths", "backend.name", "backend.command")
            yield Mistake(keys, "label.paths need backend.command: a running server writes with its own model")

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """With all of them."""
        return len(answers) >= voting.samples

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The vote over all solutions."""
        return decide(question, solutions, voting)

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """All the same."""
        return standing(consensus)
