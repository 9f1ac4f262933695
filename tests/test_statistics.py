import subprocess
import sys

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from crescent.statistics import (
    DIFFERENCE,
    FEW,
    SHARE,
    Interval,
    Z,
    clustered,
    flips,
    holm,
    mcnemar,
    mean_score,
    over_seeds,
    paired_difference,
    proportion,
    standard_error,
)

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
    assert found.mean == pytest.approx(np.mean(values))
    assert found.n == len(values)
    if np.ptp(values) < 1e-9:
        return
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_an_interval_over_seeds_leaves_no_bounds_and_equal_seeds_have_none() -> None:
    assert over_seeds([0.1, 0.9], SHARE) == Interval(0.5, 0.0, 1.0, 2)
    assert over_seeds([0.9, -0.2], DIFFERENCE) == Interval(pytest.approx(0.35), -1.0, 1.0, 2)
    assert over_seeds([0.0, 0.0, 0.0], SHARE) == Interval(0.0, None, None, 3)
    assert over_seeds([0.1 + 0.2, 0.3, 0.3]).low is None


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


@given(st.integers(1, 500), st.data())
def test_a_proportion_stays_within_its_bounds_and_has_a_width(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    found = proportion(right, n)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= right / n <= found.high <= 1
    assert found.high - found.low > 0
    method = "wilson" if min(right, n - right) >= FEW else "exact"
    expected = scipy.stats.binomtest(right, n).proportion_ci(0.95, method)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    wrong = proportion(n - right, n)
    assert (wrong.low, wrong.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


def test_none_of_400_right_is_not_zero_for_certain() -> None:
    """1 - 0.025^(1/400)."""
    assert proportion(0, 400) == Interval(0.0, 0.0, pytest.approx(1 - 0.025 ** (1 / 400)), 400)
    assert proportion(400, 400).low == pytest.approx(0.025 ** (1 / 400))
    assert mean_score([0] * 400) == proportion(0, 400)
    for right, n in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="a proportion needs"):
            proportion(right, n)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_mean_of_shares_has_an_interval_within_0_and_1_around_it(scores: list[float]) -> None:
    found = mean_score(scores)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1
    assert found.high > found.low


def test_of_many_shares_the_interval_is_the_normal_one() -> None:
    scores = np.random.default_rng(3).beta(2, 2, size=2000)
    found, half = mean_score(scores), Z * scipy.stats.sem(scores)
    assert (found.low, found.high) == pytest.approx((scores.mean() - half, scores.mean() + half), abs=2e-4)


def test_other_numbers_than_shares() -> None:
    perplexities = [9.5, 11.0, 12.5]
    expected = scipy.stats.ttest_1samp(perplexities, 0).confidence_interval(0.95)
    found = mean_score(perplexities)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert mean_score([9.5]) == Interval(9.5, None, None, 1)
    change = paired_difference(perplexities, [9.0, 10.0, 12.0])
    expected = scipy.stats.ttest_1samp([0.5, 1.0, 0.5], 0).confidence_interval(0.95)
    assert (change.low, change.high) == pytest.approx((expected.low, expected.high))
    for call in (lambda: mean_score([]), lambda: paired_difference([], [])):
        with pytest.raises(ValueError, match="is not known"):
            call()


@given(RIGHT_OR_WRONG)
def test_the_paired_interval_is_about_the_difference(pairs: list[tuple[bool, bool]]) -> None:
    now, before = np.array(pairs).T
    found = paired_difference(now, before)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.mean <= found.high <= 1
    assert found.high > found.low
    back = paired_difference(before, now)
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))
    right, wrong = flips(now, before)
    assert (right - wrong) / len(pairs) == pytest.approx(found.mean) == pytest.approx(now.mean() - before.mean())


def test_bonett_and_price_by_hand() -> None:
    """100 items, 12 newly right and 3 newly wrong: 13 and 4 of 102."""
    now, before = [1] * 12 + [0] * 3 + [1] * 85, [0] * 12 + [1] * 3 + [1] * 85
    found = paired_difference(now, before)
    middle, spread = (13 - 4) / 102, (13 + 4) / 102
    half = 1.959964 * ((spread - middle**2) / 102) ** 0.5
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_no_item_changed_is_no_certainty_and_all_changed_no_more_than_all() -> None:
    same = paired_difference([1, 0] * 200, [1, 0] * 200)
    assert (same.mean, same.low, same.high) == (0.0, pytest.approx(-0.0069, abs=1e-4), pytest.approx(0.0069, abs=1e-4))
    every = paired_difference([1] * 50, [0] * 50)
    assert (every.mean, every.high) == (1.0, 1.0)


@pytest.mark.parametrize(("gain", "loss"), [(0.25, 0.15), (0.02, 0.0), (0.0, 0.0), (0.9, 0.02)])
def test_the_paired_interval_covers_the_truth(gain: float, loss: float) -> None:
    """Of 95 % intervals at least about 95 % hold the true difference, also where hardly any item changes."""
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(1000):
        drawn = rng.choice([1, -1, 0], size=100, p=[gain, loss, 1 - gain - loss])
        found = paired_difference(drawn == 1, drawn == -1)
        held += found.low - 1e-9 <= gain - loss <= found.high + 1e-9  # type: ignore[operator]
    assert held / 1000 >= 0.93


@pytest.mark.parametrize("p", [0.005, 0.1, 0.5, 0.97])
def test_the_interval_of_a_score_covers_the_truth(p: float) -> None:
    rng = np.random.default_rng(4)
    found = [mean_score(rng.random(200) < p) for _ in range(1000)]
    assert sum(one.low <= p <= one.high for one in found) / 1000 >= 0.93  # type: ignore[operator]


def test_importing_it_does_not_import_scipy() -> None:
    code = "import sys, crescent.statistics; sys.exit('scipy' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_clustered_standard_error_by_hand() -> None:
    """Three problems, two samples: means 1, 1/2, 0. Residual sums are 1, 0, -1: sqrt(3/2 * 2) / 6."""
    found = clustered([[1, 1], [1, 0], [0, 0]])
    assert found.mean == 0.5
    assert found.stderr == pytest.approx(3**0.5 / 6)
    assert found.stderr == pytest.approx(standard_error([1.0, 0.5, 0.0]))
    # Only the second problem varies, by 1/2 with n - 1: sqrt(1/2 / 2) / 3.
    assert found.stderr_samples == pytest.approx(1 / 6)


def test_one_problem_or_one_sample_says_nothing_of_the_spread() -> None:
    assert clustered([[1, 0, 1, 1]]).stderr is None
    assert clustered([[1, 0, 1, 1]]).stderr_samples == pytest.approx((0.25 / 4) ** 0.5)
    assert clustered([[1], [0]]).stderr_samples is None
    assert clustered([[1], [0]]).stderr == pytest.approx(standard_error([1, 0]))


@pytest.mark.parametrize("scores", [[], [[]], [1.0, 0.0]])
def test_clustered_takes_problems_with_samples(scores: list[object]) -> None:
    with pytest.raises(ValueError, match="a row of scores per problem"):
        clustered(scores)  # type: ignore[arg-type]


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=12), st.randoms())
def test_the_order_of_problems_and_samples_does_not_matter(scores: list[list[bool]], random: object) -> None:
    shuffled = [list(row) for row in scores]
    for row in shuffled:
        random.shuffle(row)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = clustered(scores), clustered(shuffled)
    for name in ("mean", "stderr", "stderr_samples"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-12)


def test_shares_near_the_end_are_no_less_certain_than_as_many_items() -> None:
    close = mean_score([1.0] * 19 + [0.98])
    assert close.low is not None
    assert close.low > 0.8
