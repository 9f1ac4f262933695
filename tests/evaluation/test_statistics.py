import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.evaluation.statistics import Interval, flips, holm, mcnemar, over_seeds, paired_bootstrap, standard_error

COUNTS = st.integers(0, 300)
RIGHT_OR_WRONG = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_standard_error_is_scipys(scores: list[float]) -> None:
    assert standard_error(scores) == pytest.approx(scipy.stats.sem(scores))


def test_standard_error_of_a_proportion_by_hand() -> None:
    assert standard_error([1, 1, 1, 0]) == pytest.approx((0.75 * 0.25 / 3) ** 0.5)
    assert standard_error([1]) is None


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=9))
def test_the_interval_over_seeds_is_students(values: list[float]) -> None:
    found = over_seeds(values)
    with np.errstate(invalid="ignore"):
        expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.n == len(values)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), nan_ok=True, abs=1e-12)


def test_over_seeds_by_hand() -> None:
    """Three seeds: t with two degrees of freedom is 4.303."""
    found = over_seeds([0.20, 0.24, 0.28])
    half = 4.302653 * 0.04 / 3**0.5
    assert (found.low, found.high) == pytest.approx((0.24 - half, 0.24 + half))
    assert over_seeds([0.5]) == Interval(0.5, None, None, 1)
    for bad in ([], [0.1, float("nan")]):
        with pytest.raises(ValueError, match="at least one value"):
            over_seeds(bad)


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_binomial_test(right: int, wrong: int) -> None:
    expected = scipy.stats.binomtest(right, right + wrong, 0.5).pvalue if right + wrong else 1.0
    assert mcnemar(right, wrong) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(right, wrong) == mcnemar(wrong, right)


def test_mcnemar_by_hand() -> None:
    assert mcnemar(5, 0) == 2 / 32
    assert mcnemar(0, 0) == 1
    assert mcnemar(9000, 5000) < 1e-200


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
    ],
)
def test_holm_by_hand(p_values: list[float], adjusted: list[float]) -> None:
    assert holm(p_values) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_never_lowers(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


@settings(deadline=None)
@given(RIGHT_OR_WRONG, st.integers(0, 2**32))
def test_the_interval_is_about_the_difference(pairs: list[tuple[bool, bool]], seed: int) -> None:
    now, before = np.array(pairs).T
    low, high = paired_bootstrap(now, before, 500, seed)
    assert -1 <= low <= high <= 1
    assert (low, high) == paired_bootstrap(now, before, 500, seed)
    back_low, back_high = paired_bootstrap(before, now, 500, seed)
    assert abs(-back_high - low) < 0.35 and abs(-back_low - high) < 0.35
    right, wrong = flips(now, before)
    assert (right - wrong) / len(pairs) == pytest.approx(now.mean() - before.mean())


def test_no_difference_no_width() -> None:
    assert paired_bootstrap([1, 0, 1], [1, 0, 1], 100, 1) == (0.0, 0.0)


@pytest.mark.parametrize("fractional", [False, True])
def test_the_interval_is_the_one_from_resampled_items(fractional: bool) -> None:
    rng = np.random.default_rng(5)
    now, before = rng.random((2, 400)) if fractional else rng.random((2, 400)) < [[0.6], [0.5]]
    low, high = paired_bootstrap(now, before, 20000, 1)
    expected = scipy.stats.bootstrap(
        (now.astype(float) - before,), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_the_interval_covers_the_truth() -> None:
    """Of 95 % intervals about 95 % hold the true difference: 0.1, with flips of 0.25 one way and 0.15 the other."""
    rng = np.random.default_rng(8)
    held = 0
    for seed in range(300):
        difference = rng.choice([1.0, -1.0, 0.0], size=300, p=[0.25, 0.15, 0.6])
        low, high = paired_bootstrap(difference, np.zeros(300), 500, seed)
        held += low <= 0.1 <= high
    assert 0.90 <= held / 300 <= 0.985
