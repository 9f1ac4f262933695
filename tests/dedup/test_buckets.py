from itertools import combinations

import numpy as np
import pytest

from crescent.config.schema import Minhash
from crescent.dedup import buckets, shingles
from crescent.dedup.buckets import Buckets, bounded_hits, distinct, sorted_table
from crescent.dedup.shingles import Shingler

KEYS = np.random.default_rng(1).integers(0, 12, (5, 40), dtype=np.uint32)
EMPTY = 7
FILLED = np.arange(40) != EMPTY


def sharing(one: int, other: int) -> bool:
    return bool((KEYS[:, one] == KEYS[:, other]).any()) and EMPTY not in (one, other)


@pytest.fixture(params=[1, 10, 1 << 22])
def most_hits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few hits are looked at together, the pairs are the same."""
    monkeypatch.setattr(buckets, "_MOST_HITS", request.param)


@pytest.mark.usefixtures("most_hits")
def test_pairs_of_a_block_that_share_a_bucket() -> None:
    block = np.arange(5, 30)
    later, earlier = Buckets(KEYS, FILLED).pairs_within(block)
    expected = {(two, one) for one, two in combinations(block.tolist(), 2) if sharing(one, two)}
    assert len(later) == len(expected)
    assert set(zip(later.tolist(), earlier.tolist(), strict=True)) == expected


@pytest.mark.usefixtures("most_hits")
def test_only_kept_texts_are_hit() -> None:
    table = Buckets(KEYS, FILLED)
    kept = np.array([0, 3, 4, 9])
    table.keep(kept[:3])
    table.keep(kept[3:])
    block = np.arange(10, 40)
    found = [pair for hits in table.kept_hits(block) for pair in zip(*(side.tolist() for side in hits), strict=True)]
    assert sorted(found) == sorted(
        (row, other) for row in block.tolist() for other in kept.tolist() if sharing(row, other)
    )


def test_nothing_in_nothing_out() -> None:
    nothing = np.empty(0, np.int64)
    table = Buckets(np.empty((3, 0), np.uint32), np.empty(0, np.bool_))
    assert list(table.kept_hits(nothing)) == []
    assert [len(side) for side in table.pairs_within(nothing)] == [0, 0]
    assert list(bounded_hits(nothing, np.empty((0, 3), np.int64), np.empty((0, 3), np.int64))) == []


def test_a_table_sorts_each_band_by_key() -> None:
    table = sorted_table(np.array([[5, 2, 2], [1, 9, 0]], np.uint32), np.array([10, 11, 12]))
    assert (table >> buckets.HIGH).tolist() == [[2, 2, 5], [0, 1, 9]]
    assert (table & buckets.LOW).tolist() == [[11, 12, 10], [12, 10, 11]]
    position, other = distinct(np.array([2, 1, 2]), np.array([0, 5, 0]))
    assert (position.tolist(), other.tolist()) == ([1, 2], [5, 0])


def test_forgetting_words_changes_no_set(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["ann has two apples", "a train goes far", "ann has five pears"]
    expected = Shingler(Minhash()).sets(texts)
    monkeypatch.setattr(shingles, "_MAX_WORDS", 3)
    forgetful = Shingler(Minhash())
    for _ in range(3):
        found = forgetful.sets(texts)
        np.testing.assert_array_equal(found.values, expected.values)
        np.testing.assert_array_equal(found.offsets, expected.offsets)
