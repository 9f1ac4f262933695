"""The protocol of a question source."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from crescent.config.schema import Questions


class Turn(msgspec.Struct, frozen=True):
    """One text that a source is asked for.

    `id` of the question; `number`: how many texts were asked for before it, in all rounds; `seed`: of its random draws,
    its own; `pool`: gives the questions accepted so far, oldest first, those of earlier waves and rounds; `prompts`:
    the configured prompts.
    """

    id: str
    number: int
    seed: int
    pool: Callable[[], Sequence[str]]
    prompts: Questions


class Asked(msgspec.Struct, frozen=True):
    """What brings one question: a `prompt` for the model, or the `question` itself. `origin`: where it is from."""

    origin: str
    prompt: str | None = None
    question: str | None = None


class Source(Protocol):
    """Where questions come from. The same turn gives the same answer, whatever else was asked."""

    def ask(self, turn: Turn) -> Asked | None:
        """What brings the question of this turn; None where the source has no more."""
        ...

    def inputs(self) -> dict[str, str]:
        """Name -> digest of everything it reads, such as its file, so that a run notices other content."""
        ...
