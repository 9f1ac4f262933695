"""The vote of k of K samples, against the mean over all subsets counted out."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting.subsets import majority_at_k

SAMPLES = st.lists(
    st.tuples(st.sampled_from([None, 0, 1, 2, 3]), st.sampled_from([0.0, 0.25, 1.0])), min_size=1, max_size=8
)


def counted(samples: list[tuple[int | None, float]], k: int) -> float:
    """The mean over all subsets, leaders of a tie in equal parts."""
    members: dict[int, list[float]] = {}
    for number, score in samples:
        if number is not None:
            members.setdefault(number, []).append(score)
    total, subsets = 0.0, list(combinations([number for number, _ in samples], k))
    for subset in subsets:
        named = [number for number in subset if number is not None]
        most = max((named.count(number) for number in named), default=0)
        leaders = {number for number in named if named.count(number) == most}
        total += sum(sum(members[one]) / len(members[one]) for one in leaders) / max(len(leaders), 1)
    return total / len(subsets)


@given(SAMPLES)
def test_every_subset_counts_once(samples: list[tuple[int | None, float]]) -> None:
    found = majority_at_k([number for number, _ in samples], [score for _, score in samples])
    assert found == pytest.approx([counted(samples, k) for k in range(1, len(samples) + 1)])


@given(SAMPLES.flatmap(lambda samples: st.tuples(st.just(samples), st.permutations(samples))))
def test_the_order_of_samples_does_not_matter(
    orders: tuple[list[tuple[int | None, float]], list[tuple[int | None, float]]],
) -> None:
    one, other = (majority_at_k([n for n, _ in each], [s for _, s in each]) for each in orders)
    assert one == pytest.approx(other, abs=1e-12)


def test_by_hand() -> None:
    """Three of four are right. Of two: three pairs agree on it, and three tie, which count by half."""
    assert majority_at_k([0, 0, 0, 1], [1, 1, 1, 0]) == pytest.approx([0.75, 0.75, 1.0, 1.0])
    assert majority_at_k([None, None], [1, 1]) == [0.0, 0.0]  # what has no answer wins nothing


def test_many_samples_stay_within_a_float() -> None:
    groups = [min(number % 37, number % 11) for number in range(512)]
    found = majority_at_k(groups, [float(number == 0) for number in groups])
    assert found[0] == pytest.approx(groups.count(0) / 512)
    assert all(0 <= share <= 1 for share in found)
