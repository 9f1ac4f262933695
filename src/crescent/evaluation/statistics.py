"""Statistics of paired benchmark items (two models, the same problems) and of repeated runs (several seeds)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

BLOCK = 4_000_000
"""Counts drawn at a time: bounds the memory of the bootstrap to about 32 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of `n` values with the ends of its 95 % interval, both None where one value says nothing of the spread."""

    mean: float
    low: float | None
    high: float | None
    n: int


def over_seeds(values: Sequence[float]) -> Interval:
    """Mean and 95 % interval of one figure over several seeds: mean +- t s / sqrt(n), t with n - 1 degrees of freedom.

    Student, Biometrika 6 (1908). The seeds are taken as a sample of all seeds, so the interval says what another seed
    could give, which an interval over benchmark items does not. To compare two arms, give the differences seed by
    seed. Raises ValueError without values or where one is not a number.
    """
    if not values or not all(isfinite(value) for value in values):
        raise ValueError("over_seeds takes at least one value, and numbers only")
    n, mean = len(values), sum(values) / len(values)
    error = standard_error(values)
    if error is None:
        return Interval(mean, None, None, n)
    from scipy.stats import t

    half = float(t.ppf(0.975, n - 1)) * error
    return Interval(mean, mean - half, mean + half, n)


def standard_error(scores: ArrayLike) -> float | None:
    """Standard error of the mean of n scores: s / sqrt(n), s with n - 1 in the denominator.

    For 0/1 scores with mean p this is sqrt(p (1 - p) / (n - 1)), the estimate that lm-evaluation-harness prints.
    A single score has no standard error: None.
    """
    values = np.asarray(scores, dtype=float)
    return float(values.std(ddof=1) / sqrt(len(values))) if len(values) > 1 else None


def paired_bootstrap(now: ArrayLike, before: ArrayLike, resamples: int, seed: int) -> tuple[float, float]:
    """95 % percentile interval of mean(now) - mean(before), items resampled in pairs.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. The two arrays have shape (n,) and
    belong together item by item. Drawing n items with replacement is the same as drawing how often each distinct
    difference occurs, a multinomial: for right/wrong items three counts per resample instead of n indices.
    """
    differences = np.asarray(now, dtype=float) - np.asarray(before, dtype=float)
    values, counts = np.unique(differences, return_counts=True)
    n = len(differences)
    rng = np.random.default_rng(seed)
    block = max(1, BLOCK // len(values))
    means = [
        rng.multinomial(n, counts / n, size=min(block, resamples - start)) @ values / n
        for start in range(0, resamples, block)
    ]
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
    return float(low), float(high)


def mcnemar(newly_right: int, newly_wrong: int) -> float:
    """Exact two-sided p-value of McNemar's test: are the flips as likely one way as the other?

    Under the null hypothesis the newly right are Binomial(flips, 1/2); p = min(1, 2 P(X <= min(right, wrong))).
    McNemar, Psychometrika 12 (1947); the exact form in Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91
    (2013). No flips: 1.
    """
    flips, fewer = newly_right + newly_wrong, min(newly_right, newly_wrong)
    # Whole numbers are exact; each binomial coefficient follows from the one before it.
    tail = coefficient = 1
    for i in range(fewer):
        coefficient = coefficient * (flips - i) // (i + 1)
        tail += coefficient
    return float(min(1.0, 2 * tail / 2**flips))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for testing several tasks, in the order given; compare them with the level as it is.

    The i-th smallest of m becomes max over j <= i of (m - j + 1) p_j, at most 1: controls the chance of any false
    finding whatever the dependence between tasks (Holm, Scandinavian Journal of Statistics 6, 1979).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(1.0, largest)
    return adjusted


def flips(now: ArrayLike, before: ArrayLike) -> tuple[int, int]:
    """(newly right, newly wrong) of two boolean arrays over the same items."""
    right: NDArray[np.bool_] = np.asarray(now, dtype=bool)
    was_right: NDArray[np.bool_] = np.asarray(before, dtype=bool)
    return int((right & ~was_right).sum()), int((~right & was_right).sum())
