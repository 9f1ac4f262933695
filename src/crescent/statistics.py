"""All statistics of the project: intervals of scores and differences, tests, means over seeds. Intervals are 95 % ones.

Scores are those of items (right or wrong, or a share of 1 each). SciPy is imported where it is needed, so that
importing this file costs no more than NumPy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
Z = NormalDist().inv_cdf(1 - TAIL)
"""Standard normal quantile of a two-sided 95 % interval, 1.96."""
FEW = 10
"""With fewer right or fewer wrong than this the interval of a proportion is the exact one."""
SHARE = (0.0, 1.0)
DIFFERENCE = (-1.0, 1.0)
"""What a share, and a difference of two shares, cannot leave."""
UNBOUNDED = (-inf, inf)
DRAWS, CHUNK = 10_000, 1_000
"""Of a bootstrap: how many draws, and how many of them at once, which bounds memory."""
PARTS, WORK = 256, 10**9
"""Shares of up to so many parts are counted exactly, as far as that takes no more than so many additions."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of `n` values with the ends of its 95 % interval, both None where the values say nothing of the spread."""

    mean: float
    low: float | None
    high: float | None
    n: int


def proportion(right: int, n: int) -> Interval:
    """The share of `n` items that are right; its interval stays within 0 and 1 and is never without width.

    Wilson's score interval (Journal of the American Statistical Association 22, 1927). With few items right or few
    wrong the exact one of Clopper and Pearson (Biometrika 26, 1934). Raises ValueError without items.
    """
    if n < 1 or not 0 <= right <= n:
        raise ValueError(
            f"a proportion needs at least one item, and as many right as there are at most: {right} of {n}"
        )
    return Interval(right / n, *_ends(right, n), n)


def mean_score(scores: ArrayLike) -> Interval:
    """The mean of item scores with its interval over items.

    Right or wrong: `proportion`. Shares of 1 (pass@k, a score with parts): the same for as many right-or-wrong items as
    would vary like these, the effective sample size of survey statistics (Korn and Graubard, Survey Methodology 24,
    1998). One score of 0 and one of 1 are added for the variance, so that equal scores of a few items do not count as
    certain; shares vary no more than right-or-wrong items, so there are never fewer of these than scores. Other
    numbers, such as a perplexity: mean +- t s / sqrt(n). Raises ValueError without scores.
    """
    values = np.asarray(scores, dtype=float)
    n = len(values)
    if n == 0:
        raise ValueError("the mean of no scores is not known")
    mean = float(values.mean())
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        return _student(values, UNBOUNDED)
    if np.isin(values, (0.0, 1.0)).all():
        return proportion(int(values.sum()), n)
    variance = float(np.var([*values, 0.0, 1.0], ddof=1))
    effective = max(float(n), n * mean * (1 - mean) / variance)
    low, high = _ends(mean * effective, effective)
    return Interval(mean, min(low, mean), max(high, mean), n)  # of a mean of 1e-308 the ends are not so exact


@dataclass(frozen=True, slots=True)
class Clustered:
    """The mean over problems and samples, with its two standard errors; each None where one value says nothing of it.

    `stderr` is over problems and samples: other problems, sampled anew. `stderr_samples` is of the samples alone: the
    same problems, sampled anew.
    """

    mean: float
    stderr: float | None
    stderr_samples: float | None


def clustered(scores: ArrayLike) -> Clustered:
    """The mean of scores of shape (n problems, K samples) and its standard error, clustered by problem.

    Samples of one problem are alike, so n K scores say less than as many problems would: the sums of residuals by
    problem count, sqrt(n / (n - 1) sum_i (sum_k (x_ik - mean))^2) / (n K) (Liang and Zeger, Biometrika 73, 1986; for
    benchmarks Miller, arXiv 2411.00640, section 2.2). With as many samples of each problem this is the standard error
    of the problems' means. The other one is sqrt(sum_i s_i^2 / K) / n, s_i^2 with K - 1 in the denominator. Raises
    ValueError without scores, or where problems have unlike numbers of samples.
    """
    values = np.asarray(scores, dtype=float)
    if values.ndim != 2 or not values.size:
        raise ValueError("clustered takes a row of scores per problem, all of one length")
    n, count = values.shape
    mean = float(values.mean())
    residuals = (values - mean).sum(axis=1)
    stderr = sqrt(n / (n - 1) * float((residuals**2).sum())) / (n * count) if n > 1 else None
    within = sqrt(float(values.var(axis=1, ddof=1).sum()) / count) / n if count > 1 else None
    return Clustered(mean, stderr, within)


def paired_difference(now: ArrayLike, before: ArrayLike, level: float = LEVEL) -> Interval:
    """mean(now) - mean(before) of two models on the same items, arrays of shape (n,), with its interval over items.

    `level` is that of the two-sided interval; each of its ends is a bound of level (1 + level) / 2 by itself.

    For scores from 0 to 1 the interval of Bonett and Price (Journal of Educational and Behavioral Statistics 37, 2012),
    which Fagerland, Lydersen and Laake recommend (Statistics in Medicine 33, 2014): one newly right and one newly wrong
    item are added, then mean +- z s / sqrt(n + 2), cut at -1 and 1. It has a width also where no item changed. Other
    scores: mean +- t s / sqrt(n). Raises ValueError without items.
    """
    one, other = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    differences = one - other
    n = len(differences)
    if n == 0:
        raise ValueError("the difference of no items is not known")
    tail = (1 - level) / 2
    if not all(np.isfinite(side).all() and side.min() >= 0 and side.max() <= 1 for side in (one, other)):
        return _student(differences, UNBOUNDED, tail)
    padded = np.append(differences, (1.0, -1.0))
    z = Z if level == LEVEL else NormalDist().inv_cdf(1 - tail)
    half = z * float(padded.std()) / sqrt(len(padded))
    return Interval(float(differences.mean()), *_within(float(padded.mean()), half, DIFFERENCE), n)


def over_seeds(values: Sequence[float], bounds: tuple[float, float] = UNBOUNDED) -> Interval:
    """Mean and interval of one figure over several seeds: mean +- t s / sqrt(n), t with n - 1 degrees of freedom.

    Student, Biometrika 6 (1908). The seeds are taken as a sample of all seeds, so the interval says what another seed
    could give, which an interval over benchmark items does not. It is cut at `bounds` (`SHARE`, `DIFFERENCE`); one
    seed, and seeds that all give the same, have none. To compare two arms, give the differences seed by seed. Raises
    ValueError without values or where one is not a number.
    """
    if not values or not all(isfinite(value) for value in values):
        raise ValueError("over_seeds takes at least one value, and numbers only")
    return _student(np.asarray(values, dtype=float), bounds)


def over_items_and_seeds(
    differences: Sequence[ArrayLike], seed: int, bounds: tuple[float, float] = DIFFERENCE
) -> Interval:
    """Mean and interval of a paired difference over items and seeds together: another seed, on other items.

    `differences` has a row per seed, arrays of shape (n,): what each of the same n items changed by. Seeds and items
    are drawn with replacement, the items once for all seeds, since what is hard about an item is so for each of them:
    the bootstrap of crossed factors (Owen, Annals of Applied Statistics 1, 2007; for nested ones Davison and Hinkley,
    Bootstrap Methods and their Application, 1997, section 3.8). From `DRAWS` draws, which `seed` decides, comes the
    standard error; the interval is mean +- t s with the degrees of freedom of Satterthwaite (Biometrics Bulletin 2,
    1946) over the variance between seeds and between items. The bootstrap's own quantiles would be far too narrow with
    few seeds: three have ten different draws.

    Where items have no noise it is `over_seeds`, where seeds all agree item by item `paired_difference`, whose two
    added items it has where `bounds` are those of a difference of shares. It is never narrower than the former, and
    somewhat wide, since noise of single answers is counted up to three times. With few seeds it says little of them:
    what three seeds have in common by chance no interval knows. `n` counts the seeds; one has no interval. Raises
    ValueError where rows differ in length.
    """
    given = [np.asarray(row, dtype=float) for row in differences]
    rows = np.array(given if len({row.shape for row in given}) == 1 else [])
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise ValueError("over_items_and_seeds takes a row of numbers per seed, all over the same items")
    mean, count = float(rows.mean()), len(rows)
    if count == 1:
        return Interval(mean, None, None, 1)
    if bounds == DIFFERENCE:
        rows = np.hstack([rows, np.tile([1.0, -1.0], (count, 1))])
    n = rows.shape[1]
    draws = np.random.default_rng(seed)
    means = np.concatenate([_crossed(rows, draws, CHUNK) for _ in range(DRAWS // CHUNK)])
    between_seeds, between_items = rows.mean(axis=1).var(ddof=1) / count, rows.mean(axis=0).var(ddof=1) / n
    spread = float(means.std())
    if spread <= 1e-12 * max(abs(mean), 1.0):
        return Interval(mean, None, None, count)
    from scipy.special import stdtrit

    degrees = (between_seeds + between_items) ** 2 / (between_seeds**2 / (count - 1) + between_items**2 / (n - 1))
    # By chance few seeds may lie close together, and seem to be surer than they are.
    seeds_alone = float(stdtrit(count - 1, 1 - TAIL)) * sqrt(between_seeds)
    half = max(float(stdtrit(degrees, 1 - TAIL)) * spread, seeds_alone)
    return Interval(mean, *_within(float(rows.mean()), half, bounds), count)


def _crossed(rows: NDArray[np.float64], draws: np.random.Generator, count: int) -> NDArray[np.float64]:
    """`count` means over seeds and items drawn with replacement.

    Deviations of seeds are stretched by sqrt(S / (S - 1)), without which few seeds would vary too little. Items that
    are the same for all seeds are drawn together: of right and wrong answers there are few kinds.
    """
    seeds, items = rows.shape
    kinds, sizes = np.unique(rows, axis=1, return_counts=True)
    by_seed = draws.multinomial(items, sizes / items, size=count) @ kinds.T / items
    times = draws.multinomial(seeds, np.full(seeds, 1 / seeds), size=count)
    weights = 1 + (times - 1) * sqrt(seeds / (seeds - 1))
    means: NDArray[np.float64] = (weights * by_seed).mean(axis=1)
    return means


def standard_error(scores: ArrayLike) -> float | None:
    """Standard error of the mean of n scores: s / sqrt(n), s with n - 1 in the denominator.

    For 0/1 scores with mean p this is sqrt(p (1 - p) / (n - 1)), the estimate that lm-evaluation-harness prints; kept
    to be compared with that. A single score has no standard error: None.
    """
    values = np.asarray(scores, dtype=float)
    return float(values.std(ddof=1) / sqrt(len(values))) if len(values) > 1 else None


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


def sign_flips(now: ArrayLike, before: ArrayLike, seed: int) -> float:
    """One-sided p-value of "the first model is better" on the same items, arrays of shape (n,).

    Fisher's randomization test of paired differences (The Design of Experiments, 1935, section 21): if both models were
    alike, every difference could as well have the other sign; p is the share of all signs that give a sum at least as
    large. Of right or wrong items it is the exact one-sided test of McNemar. Shares of the same few parts (up to
    `PARTS`, such as items with K samples) are counted exactly. Other scores: `DRAWS` signs that `seed` decides, the
    ones found counted among them, so that p is never 0 (Phipson and Smyth, Statistical Applications in Genetics and
    Molecular Biology 9:39, 2010). The order of items changes nothing. No differences: 1.
    """
    differences = np.asarray(now, dtype=float) - np.asarray(before, dtype=float)
    differences = np.sort(differences[differences != 0])
    sizes, rise = np.sort(np.abs(differences)), float(differences[differences > 0].sum())
    for parts in range(1, PARTS + 1):
        whole = np.rint(sizes * parts)
        if np.abs(sizes * parts - whole).max(initial=0.0) > 1e-6 or len(whole) * whole.sum() > WORK:
            continue
        chances = np.zeros(int(whole.sum()) + 1)  # of every sum of the differences that go up
        chances[0], reach = 1.0, 0
        for size in whole.astype(int):
            chances[: reach + size + 1] *= 0.5
            chances[size : reach + size + 1] += chances[: reach + 1].copy()
            reach += size
        return min(1.0, float(chances[round(rise * parts) :].sum()))
    draws, as_far = np.random.default_rng(seed), 0
    for _ in range(DRAWS // CHUNK):
        ups = draws.integers(0, 2, (CHUNK, len(sizes))) @ sizes
        as_far += int((ups >= rise - 1e-9).sum())
    return (as_far + 1) / (DRAWS + 1)


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


def _ends(right: float, n: float) -> tuple[float, float]:
    """The interval of a proportion; both may be effective numbers, which are no whole ones."""
    wrong = n - right
    if min(right, wrong) < FEW:
        from scipy.special import betaincinv

        low = float(betaincinv(right, wrong + 1, TAIL)) if right > 0 else 0.0
        return low, float(betaincinv(right + 1, wrong, 1 - TAIL)) if wrong > 0 else 1.0
    p = right / n
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return _within(middle, half, SHARE)


def _student(values: NDArray[np.float64], bounds: tuple[float, float], tail: float = TAIL) -> Interval:
    mean, error = float(values.mean()), standard_error(values)
    # Equal values differ by rounding at most; their spread says nothing.
    if error is None or not isfinite(error) or error <= 1e-12 * max(abs(mean), 1.0):
        return Interval(mean, None, None, len(values))
    from scipy.special import stdtrit

    half = float(stdtrit(len(values) - 1, 1 - tail)) * error
    return Interval(mean, *_within(mean, half, bounds), len(values))


def _within(middle: float, half: float, bounds: tuple[float, float]) -> tuple[float, float]:
    return max(middle - half, bounds[0]), min(middle + half, bounds[1])
