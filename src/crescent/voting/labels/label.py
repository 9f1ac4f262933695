"""The protocol of a label rule, and the one that a configuration names."""

from collections.abc import Hashable, Sequence
from typing import Protocol

import msgspec

from crescent.config.schema import Config, Voting
from crescent.config.slots import SLOTS
from crescent.records import Consensus, Solution


class Rewording(msgspec.Struct, frozen=True):
    """The model's own rewording of every question is answered too: `prompt` asks for it, with `{question}` in it.

    Its `samples` solutions (None: `voting.samples`) are numbered on from those of the question itself.
    """

    prompt: str
    samples: int | None


class Voters(msgspec.Struct, frozen=True):
    """Other models answer the questions too, `voting.samples` solutions each, numbered on from those before.

    They are the models that answered in the `earlier` rounds before this one, newest first, and those in the folders
    `paths`. The same model does not vote twice.
    """

    earlier: int
    paths: tuple[str, ...] = ()


class Needs(msgspec.Struct, frozen=True):
    """What a rule needs beside the solutions of each question by the model that answers.

    `logprobs`: how likely each solution is. `every_sample`: all `voting.samples` solutions, so that no sampling may
    stop early (`voting.adaptive`).
    """

    logprobs: bool = False
    every_sample: bool = False
    rewording: Rewording | None = None
    voters: Voters | None = None


class Label(Protocol):
    """What makes a label of solutions. A function of its arguments alone: it is asked again when votes are held anew.

    `solutions` are those of one question in the order of their numbers, from 0; those that `needs` brings come last.
    """

    def needs(self) -> Needs:
        """What has to be sampled for it."""
        ...

    def settled(self, answers: Sequence[Hashable | None], voting: Voting) -> bool:
        """Whether the label is certain with these answers of the first samples, whatever the others say.

        Equal means equivalent, None is a solution without an answer.
        """
        ...

    def decide(self, question: str, solutions: Sequence[Solution], voting: Voting) -> Consensus:
        """The label of the question with this id, or the reason why there is none. The guards are those of `voting`."""
        ...

    def weigh(self, consensus: Consensus, solutions: Sequence[Solution], voting: Voting) -> list[tuple[int, float]]:
        """The solutions that become pairs, by their numbers, each with the weight of its pair (0 to 1).

        The consensus is an accepted one; the first solution is the one that stands for it.
        """
        ...


def label_of(config: Config) -> Label:
    """The rule that a good configuration names."""
    label: Label = SLOTS["label"].build(config.label)
    return label
