"""Many answers sorted into groups that say the same.

Being the same is not transitive: 50% is 50 and is 0.5. So that no order of the answers matters, numbers, formulas and
times that are the same are united over all pairs, and then each percent, ratio or clock text joins one group, the
largest it fits.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from crescent.voting.equality.clocks import second_of_day
from crescent.voting.equality.forms import fits, is_loose
from crescent.voting.equality.formulas import undecided
from crescent.voting.equality.sameness import same

_INTEGER = re.compile(r"-?\d+")


class Groups(list[int | None]):
    """The group of every answer. `undecided` counts the comparisons without a decision, which count as different."""

    undecided: int = 0


def group(values: Sequence[str | None], *, symbolic: bool = True) -> Groups:
    """The group of every canonical answer: groups are numbered by their first member, None has no group.

    Which answers share a group does not depend on their order. With `symbolic` false formulas are the same only if
    their texts are.
    """
    counts = Counter(value for value in values if value is not None)
    before = undecided.total
    roots = _united(counts, symbolic)
    numbers: dict[str, int] = {}
    groups = Groups(None if value is None else numbers.setdefault(roots[value], len(numbers)) for value in values)
    groups.undecided = undecided.total - before
    return groups


def _united(counts: Counter[str], symbolic: bool) -> dict[str, str]:
    """Key -> the key its group is known by."""
    parent = {key: key for key in counts}
    keys = [key for key in sorted(counts) if not is_loose(key)]
    links = [key for key in keys if not _INTEGER.fullmatch(key)]
    if links:
        for one, other in combinations(keys, 2):
            if _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
                continue
            root, child = sorted((_root(parent, one), _root(parent, other)))
            if root != child and same(one, other, symbolic):
                parent[child] = root
    if len(keys) < len(counts):
        _join_times(parent, counts)
        _join_loose(parent, keys, counts)
    return {key: _root(parent, key) for key in counts}


def _join_times(parent: dict[str, str], counts: Counter[str]) -> None:
    """Unite the texts of one time of day: 20:34 and 8:34 pm."""
    first: dict[int, str] = {}
    for key in sorted(counts):
        if ":" in key and (time := second_of_day(key)) is not None:
            parent[key] = first.setdefault(time, key)


def _join_loose(parent: dict[str, str], keys: list[str], counts: Counter[str]) -> None:
    size: Counter[str] = Counter()
    for key in keys:
        size[_root(parent, key)] += counts[key]
    joins = {}
    for key in counts:
        if is_loose(key) and parent[key] == key:
            fitting = {_root(parent, other) for other in keys if fits(key, other)}
            if fitting:
                joins[key] = min(fitting, key=lambda root: (-size[root], root))
    parent.update(joins)


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        key = parent[key]
    return key


def most_common(values: Iterable[str]) -> str:
    """The text that stands for a group: the one written most often, then the shortest, then the first by alphabet."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], len(value), value))
