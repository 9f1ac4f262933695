"""Drawing what a problem is made of: numbers, people, things."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple, TypeVar

from crescent.fresh.words import PEOPLE, THINGS

T = TypeVar("T")

SIZES = {1: 20, 2: 50, 3: 100, 4: 200, 5: 400, 6: 600, 7: 800, 8: 1000}
"""Level -> the largest number that is drawn; what follows from drawn numbers, such as a stated total, may be larger."""

LEVELS = tuple(SIZES)
INTEGERS = 4
"""Up to this level every answer is an integer."""


class RejectedError(Exception):
    """What was drawn makes no good problem; another one is drawn."""


class Person(NamedTuple):
    name: str
    they: str
    them: str

    @property
    def capital(self) -> str:
        """The pronoun at the beginning of a sentence."""
        return self.they.capitalize()


@dataclass
class Draw:
    """The random choices of one problem, and its level, which is the number of its operations."""

    rng: Random
    level: int

    @property
    def size(self) -> int:
        return SIZES[self.level]

    def number(self, low: int = 2, high: int | None = None) -> int:
        """A number from `low` to `high`, or to the size of the level; never below 2 by default, so all are plurals."""
        high = self.size if high is None else high
        if high < low:
            raise RejectedError
        return self.rng.randint(low, high)

    def factor(self) -> int:
        """A small number to multiply or divide by."""
        return self.rng.randint(2, min(12, 3 + self.level))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.rng.randrange(len(choices))]

    def people(self, count: int) -> list[Person]:
        """Different people."""
        return [Person(*person) for person in self.rng.sample(PEOPLE, count)]

    def things(self) -> str:
        return self.pick(THINGS)


def need(condition: bool) -> None:
    """Give up what was drawn unless `condition` holds."""
    if not condition:
        raise RejectedError
