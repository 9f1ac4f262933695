"""Which of the solutions with the majority answer stand for the consensus. Of equals always the first."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crescent.voting.answer import Ballot

REPRESENTATIVES = ("first", "shortest", "median", "likeliest", "distinct")
_TOKENS = re.compile(r"\d+(?:\.\d+)?|\w+|[^\w\s]")


def representatives(
    ballots: "Sequence[Ballot]",
    members: Sequence[int],
    rule: str,
    count: int,
    logprob: "Callable[[Ballot, int], float]",
) -> list[int]:
    """Indices of the solutions that stand for the consensus: one, or for `distinct` at most `count`."""
    if rule == "first":
        return [members[0]]
    if rule == "likeliest":
        return [max(members, key=lambda index: (logprob(ballots[index], index), -index))]
    if rule == "distinct":
        return most_distinct([ballots[index].text or "" for index in members], members, count)
    lengths = sorted(ballots[index].length or 0 for index in members)
    wanted = lengths[0] if rule == "shortest" else lengths[(len(lengths) - 1) // 2]
    return [next(index for index in members if (ballots[index].length or 0) == wanted)]


def most_distinct(texts: Sequence[str], members: Sequence[int], count: int) -> list[int]:
    """At most `count` of `members`: the first, then each time the one least like those taken (farthest first).

    Alike is the Jaccard similarity of the pairs of neighbouring tokens; solutions that differ in layout alone are one.
    """
    shingles = [_pairs(text) for text in texts]
    nearest = [0.0] * len(texts)
    taken: list[int] = []
    while len(taken) < min(count, len(texts)):
        candidates = [place for place in range(len(texts)) if place not in taken and nearest[place] < 1.0]
        if not candidates:
            break
        place = min(candidates, key=lambda place: (nearest[place], place))
        taken.append(place)
        nearest = [max(value, _jaccard(shingles[place], other)) for value, other in zip(nearest, shingles, strict=True)]
    return [members[place] for place in taken]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    tokens = ["", *_TOKENS.findall(text.casefold()), ""]
    return frozenset(pairwise(tokens))


def _jaccard(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    return len(one & other) / len(one | other)
