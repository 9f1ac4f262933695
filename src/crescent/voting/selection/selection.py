"""The protocol of a selection, and what most of them are made of."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from crescent.config.schema import Config
from crescent.config.seeds import derived_seed
from crescent.config.slots import SLOTS
from crescent.records import Consensus, Pair


class Candidate(msgspec.Struct, frozen=True):
    """A pair that may be learned from. `question`: id of its question; `tokens`: length of its solution.

    `consensus`: the vote that chose it. None in a control without a vote; what chooses by votes passes it on.
    """

    question: str
    pair: Pair
    consensus: Consensus | None
    tokens: int


class Selected(msgspec.Struct, frozen=True):
    """What becomes of the candidates: all are here, in `kept`, or in `drops` with the reason."""

    kept: list[Candidate]
    drops: list[tuple[Candidate, str]]


class Selection(Protocol):
    """Chooses among the candidates of a round. The same candidates in any order give the same choice."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """Choose in round `number`, counted from 1. `seed`: of random draws, this round's own."""
        ...


def selection_of(config: Config) -> Selection:
    """What a good configuration names."""
    selection: Selection = SLOTS["select"].build(config.select)
    return selection


def sorted_out(candidates: Sequence[Candidate], good: Callable[[Consensus], bool], reason: str) -> Selected:
    """Those with a good vote are kept, the others dropped; what no vote chose is kept."""
    kept, drops = [], []
    for candidate in candidates:
        if candidate.consensus is None or good(candidate.consensus):
            kept.append(candidate)
        else:
            drops.append((candidate, reason))
    return Selected(kept, drops)


def first_of(
    candidates: Sequence[Candidate], count: int, key: Callable[[Consensus], Any], seed: int, reason: str
) -> Selected:
    """The `count` candidates whose votes have the smallest key; of equals those that the seed puts first.

    What no vote chose is kept beside them.
    """
    voted = [(key(each.consensus), derived_seed(seed, each.pair.id), each) for each in candidates if each.consensus]
    voted.sort(key=lambda entry: entry[:2])
    others = [each for each in candidates if each.consensus is None]
    return Selected(others + [entry[2] for entry in voted[:count]], [(entry[2], reason) for entry in voted[count:]])
