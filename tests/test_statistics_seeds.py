"""The interval over items and seeds together: between its two limits, and as often right as it says."""

import numpy as np
import pytest

from crescent import statistics
from crescent.statistics import UNBOUNDED, over_items_and_seeds, over_seeds, paired_difference


def test_without_noise_of_items_it_is_the_interval_over_seeds() -> None:
    values = [0.1, 0.15, 0.3]
    seeds, both = over_seeds(values), over_items_and_seeds([np.full(50, value) for value in values], 1, UNBOUNDED)
    assert (both.low, both.high) == (pytest.approx(seeds.low, abs=0.01), pytest.approx(seeds.high, abs=0.01))


def test_where_seeds_agree_it_is_the_paired_interval() -> None:
    now, before = np.array([1.0] * 40 + [0.0] * 60), np.array([0.0] * 30 + [1.0] * 15 + [0.0] * 55)
    items, both = paired_difference(now, before), over_items_and_seeds([now - before] * 3, 1)
    assert both.mean == pytest.approx(items.mean)
    assert (both.low, both.high) == (pytest.approx(items.low, abs=0.005), pytest.approx(items.high, abs=0.005))


def test_equal_seeds_give_equal_intervals_and_one_row_none() -> None:
    changed = [1.0] * 12 + [0.0] * 80 + [-1.0] * 8
    rows = [changed, [*changed[1:], 0.0]]
    assert over_items_and_seeds(rows, 7) == over_items_and_seeds(rows, 7)
    assert over_items_and_seeds(rows, 7) != over_items_and_seeds(rows, 8)
    assert over_items_and_seeds(rows[:1], 7).low is None
    assert over_items_and_seeds(rows, 7).n == 2


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same items"):
        over_items_and_seeds([[1.0], [1.0, 0.0]], 1)
    with pytest.raises(ValueError, match="same items"):
        over_items_and_seeds([[1.0, 0.0], [1.0, float("nan")]], 1)


@pytest.mark.parametrize(
    ("seeds", "between", "items", "noise"), [(3, 0.05, 0.3, 0.4), (5, 0.02, 0.5, 0.3), (3, 0.1, 0.05, 0.1)]
)
def test_it_covers_the_truth(
    monkeypatch: pytest.MonkeyPatch, seeds: int, between: float, items: float, noise: float
) -> None:
    monkeypatch.setattr(statistics, "DRAWS", 1000)
    draws, n, covered = np.random.default_rng(5), 60, 0
    for number in range(150):
        rows = (
            0.1 + draws.normal(0, between, (seeds, 1)) + draws.normal(0, items, n) + draws.normal(0, noise, (seeds, n))
        )
        found = over_items_and_seeds(list(rows), number, UNBOUNDED)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.1 <= found.high
    assert covered >= 0.9 * 150
