"""The protocol of a question source."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from crescent.config.schema import Questions


class Turn(msgspec.Struct, frozen=True):
    """One text that a source is asked for.

    `id` of the question; `number`: how many texts were asked for before it, in all rounds; `seed`: of its own random
    draws; `run_seed`: of draws that hold for all turns, such as the order of a file; `pool`: gives the questions
    accepted so far, oldest first, those of earlier waves and rounds; `prompts`: the configured prompts.
    """

    id: str
    number: int
    seed: int
    run_seed: int
    pool: Callable[[], Sequence[str]]
    prompts: Questions


class Asked(msgspec.Struct, frozen=True):
    """What brings one question: one of `prompt`, a message to the model; `begin`, the first words of a user's turn
    (there may be none) that the model goes on with; `question`, which is there already.

    `origin`: where it is from, in a few words that are counted; `place`: where there, such as `row 17`. `screened`:
    a question that is there goes through `questions.screen` too; what the model writes always does.
    """

    origin: str
    place: str | None = None
    prompt: str | None = None
    begin: str | None = None
    question: str | None = None
    screened: bool = False

    @property
    def whence(self) -> str:
        """Origin and place: `file questions.jsonl, row 17`."""
        return self.origin if self.place is None else f"{self.origin}, {self.place}"


class Source(Protocol):
    """Where questions come from. The same turn gives the same answer, whatever else was asked.

    It may also have `provenance(self, writer: str) -> Provenance`, for cards; without it they name the class.
    """

    def ask(self, turn: Turn) -> Asked | None:
        """What brings the question of this turn; None where the source has no more. That depends on the turn's number
        alone, and no later number has more."""
        ...

    def inputs(self) -> dict[str, str]:
        """Name -> digest of everything it reads, such as its file, so that a run notices other content.

        Raises:
            DataError: it cannot be read, or holds nothing to ask with. It is called before anything is made.
        """
        ...


class Provenance(msgspec.Struct, frozen=True):
    """A sentence on where the questions are from, which names no place of this machine; `given`: whether some were
    there already and not written by the model of the run."""

    sentence: str
    given: bool = False
