"""Drawing the problems of a set: which structures there are, and which of their drafts are good problems."""

from collections.abc import Callable, Iterator
from random import Random

from crescent.fresh.calculating import calculation
from crescent.fresh.comparing import ages, average, comparison, prices
from crescent.fresh.counting import chain, equal_shares, packing, ratio, unequal_shares, unknown
from crescent.fresh.draw import INTEGERS, LEVELS, Draw, RejectedError
from crescent.fresh.measuring import percent, rate, units, work
from crescent.fresh.problem import Draft, Problem, operations, written

STRUCTURES: dict[str, tuple[Callable[[Draw], Draft], int, int]] = {
    "ages": (ages, 1, 8),
    "average": (average, 2, 8),
    "calculation": (calculation, 1, 8),
    "chain": (chain, 1, 8),
    "comparison": (comparison, 1, 8),
    "equal_shares": (equal_shares, 1, 8),
    "packing": (packing, 1, 8),
    "percent": (percent, 2, 8),
    "prices": (prices, 1, 8),
    "rate": (rate, 1, 8),
    "ratio": (ratio, 3, 8),
    "unequal_shares": (unequal_shares, 2, 8),
    "units": (units, 1, 8),
    "unknown": (unknown, 1, 8),
    "work": (work, 2, 7),
}
"""What makes each structure, and its lowest and highest level."""


def problems(seed: int, level: int, count: int) -> list[Problem]:
    """The first `count` problems of a seed and a level, all different; those of a larger count begin with these.

    Raises ValueError where there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"there is no level {level}: levels are {LEVELS[0]} to {LEVELS[-1]}")
    seen: set[str] = set()
    found = []
    for number in range(count):
        made = next(problem for problem in _attempts(seed, level, number) if problem.question not in seen)
        seen.add(made.question)
        found.append(made)
    return found


def _attempts(seed: int, level: int, number: int) -> Iterator[Problem]:
    """Good problems for one place of a set, one after the other."""
    names = [name for name, (_, lowest, highest) in STRUCTURES.items() if lowest <= level <= highest]
    rng = Random(f"crescent.fresh {seed} {level} {number}")
    name = names[rng.randrange(len(names))]
    while True:
        try:
            draft = STRUCTURES[name][0](Draw(rng, level))
        except RejectedError:
            continue
        answer = draft.answer
        if answer <= 0 or (answer.denominator > 1 and (level <= INTEGERS or not _short(answer.denominator))):
            continue
        yield Problem(draft.question, written(answer), name, level, operations(draft.relations), draft.relations)


def _short(denominator: int) -> bool:
    """Two places of a decimal, or a fraction of small numbers."""
    return 100 % denominator == 0 or denominator <= 12
