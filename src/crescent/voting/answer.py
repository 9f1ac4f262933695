"""What is voted on: the final answer of a solution, where it was read and how far that can be trusted; the ballot."""

from dataclasses import dataclass
from typing import Literal

MatchKind = Literal[
    "marker", "boxed", "phrase", "choice", "output", "bold", "equation", "conclusion", "words", "last-number"
]
"""From the most to the least trusted; `crescent.voting.extraction` says what each one means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is what stands in the solution from `start` to `end`; `value` is its canonical form.

    Two answers with the same `value` are equivalent; two with different values may still be
    (`crescent.voting.equivalence`). Offsets count characters of the solution as it was given.
    """

    text: str
    value: str
    match: MatchKind
    start: int
    end: int

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Ballot:
    """One solution in the vote. `answer` None means it has none.

    `logprob` is the mean natural-log probability per token (for `weighted` and `likeliest`), `length` counts tokens or
    characters (for `shortest` and `median`), `text` is the solution itself (for `distinct`).
    """

    answer: str | None
    logprob: float | None = None
    length: int | None = None
    text: str | None = None
