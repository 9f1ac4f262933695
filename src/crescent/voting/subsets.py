"""What a vote of k samples would give, from K samples of which it may take any k: exact, and blind to their order."""

from collections import Counter
from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray


def majority_at_k(groups: Sequence[int | None], scores: Sequence[float]) -> list[float]:
    """The expected score of the majority of k of the K samples, for k from 1 to K.

    `groups` has the group of each sample's answer, None where it has none: such a sample takes its place among the k
    and never wins; where no sample has an answer the score is 0. Of tied answers each wins equally often, and any
    sample of the group stands for it. The mean is over all subsets of k, as pass@k of Chen et al. (2021) is, counted
    with a generating function instead of drawn: exact but for rounding, in time polynomial in K. K is at most 512,
    beyond which the counts leave the range of a float.
    """
    total = len(groups)
    sizes = Counter(number for number in groups if number is not None)
    worth = {
        number: sum(score for each, score in zip(groups, scores, strict=True) if each == number) / size
        for number, size in sizes.items()
    }
    silent, all_sizes = total - sum(sizes.values()), Counter(sizes.values())
    wins = np.zeros(total + 1)
    for size in all_sizes:
        value = sum(worth[number] for number in sizes if sizes[number] == size)
        if value:
            wins += value * _wins(size, all_sizes - Counter([size]), silent, total)
    return [float(min(1.0, wins[k] / comb(total, k))) for k in range(1, total + 1)]


def _wins(size: int, others: Counter[int], silent: int, total: int) -> NDArray[np.float64]:
    """For every k the subsets of k in which one group of `size` leads, a tie of t counted 1 / t; shape (total + 1,)."""
    found = np.zeros(total + 1)
    for votes in range(1, size + 1):
        ways = np.zeros((total + 1, 1 + min(others.total(), (total - votes) // votes)))
        ways[:, 0] = [comb(silent, chosen) for chosen in range(total + 1)]
        for other, times in sorted(others.items()):
            for _ in range(times):
                ways = _with(ways, other, votes)
        shared = ways @ (1 / np.arange(1, ways.shape[1] + 1))
        found[votes:] += comb(size, votes) * shared[: total + 1 - votes]
    return found


def _with(ways: NDArray[np.float64], size: int, votes: int) -> NDArray[np.float64]:
    """`ways`, (samples taken, groups tied), with a further group of `size` of which at most `votes` are taken."""
    more = ways.copy()
    for taken in range(1, min(size, votes - 1) + 1):
        more[taken:] += comb(size, taken) * ways[:-taken]
    if size >= votes and ways.shape[1] > 1:
        more[votes:, 1:] += comb(size, votes) * ways[:-votes, :-1]
    return more
