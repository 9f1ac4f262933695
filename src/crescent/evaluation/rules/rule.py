"""The protocol of a gate's rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Trial:
    """The dev task of two models: the best so far and that of the round which is judged. No other benchmark is seen.

    `before` and `now` are their accuracies, fractions of 1. `scores` gives each problem's score under both, (before,
    now), in an order that is always the same; it reads files. `seed`: of random draws, the round's own.
    """

    before: float
    now: float
    scores: Callable[[], Sequence[tuple[float, float]]]
    seed: int


@dataclass(frozen=True)
class Judgement:
    """`accepted`: the round is kept. `best`: the run goes on from its model, and later rounds are held against it.

    `why` is what the rule found, as the end of a sentence, such as "p = 0.01"; None: nothing beside the accuracies.
    """

    accepted: bool
    best: bool
    why: str | None = None


class Rule(Protocol):
    """When a round is kept, of two models that were both measured. The same trial gives the same judgement."""

    def judge(self, trial: Trial) -> Judgement:
        """Judge a round."""
        ...

    def words(self, dev_task: str) -> str:
        """The rule in words, as it ends the sentence "A round is kept when ..."."""
        ...
