"""Agreement against truth."""

from fractions import Fraction
from itertools import combinations

import pytest

from crescent.errors import DataError
from crescent.voting.calibration import by_agreement, expected_calibration_error, histogram, pass_at_k, powers


def test_bins_are_closed_above() -> None:
    assert histogram([0.0, 0.1, Fraction(1, 10), 0.3, 0.55, 1.0], bins=10) == [3, 0, 1, 0, 0, 1, 0, 0, 0, 1]
    assert histogram([k / 8 for k in range(9)], bins=8) == [2, 1, 1, 1, 1, 1, 1, 1]


def test_accuracy_by_agreement() -> None:
    low, high = by_agreement([0.25, 0.5, 0.75, 1.0], [False, True, True, True], bins=2)
    assert (low.questions, low.agreement, low.accuracy) == (2, 0.375, 0.5)
    assert (high.questions, high.agreement, high.accuracy) == (2, 0.875, 1.0)
    assert by_agreement([1.0], [True], bins=2)[0].accuracy is None


def test_expected_calibration_error() -> None:
    assert expected_calibration_error([1.0, 1.0], [True, True]) == 0.0
    assert expected_calibration_error([1.0, 1.0], [True, False]) == 0.5
    assert expected_calibration_error([0.25, 0.5, 0.75, 1.0], [False, True, True, True], bins=2) == pytest.approx(0.125)


@pytest.mark.parametrize(("samples", "right", "k"), [(5, 2, 1), (5, 2, 3), (6, 1, 6), (4, 0, 2), (4, 4, 1), (7, 3, 4)])
def test_pass_at_k_is_the_mean_over_all_subsets(samples: int, right: int, k: int) -> None:
    subsets = list(combinations(range(samples), k))
    hits = sum(any(index < right for index in subset) for subset in subsets)
    assert pass_at_k(samples, right, k) == pytest.approx(hits / len(subsets))


@pytest.mark.parametrize(("samples", "right", "k"), [(3, 4, 1), (3, 1, 4), (3, 1, 0), (3, -1, 1)])
def test_impossible_counts_are_refused(samples: int, right: int, k: int) -> None:
    with pytest.raises(DataError, match="pass@k"):
        pass_at_k(samples, right, k)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(DataError):
        by_agreement([0.5], [])
    with pytest.raises(DataError):
        histogram([1.5])
    with pytest.raises(DataError):
        expected_calibration_error([], [])


def test_the_k_that_are_reported() -> None:
    assert [powers(count) for count in (1, 2, 3, 8)] == [[1], [1, 2], [1, 2, 3], [1, 2, 4, 8]]
