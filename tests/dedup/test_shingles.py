import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema import Minhash
from crescent.dedup.jaccard import bitmaps, jaccard, may_reach
from crescent.dedup.shingles import HASH_BITS, Shingler

TEXTS = st.lists(st.text("ab 1é字.", max_size=30), max_size=12)


def reference(masked: str, config: Minhash) -> set[str]:
    """The shingles of one masked text, the plain way."""
    units = masked.split() if config.shingle == "word" else list(masked)
    joint = " " if config.shingle == "word" else ""
    last = max(1, len(units) - config.size + 1)
    return {joint.join(units[start : start + config.size]) for start in range(last)} if units else set()


def front(shingle: str) -> int:
    return int.from_bytes(hashlib.sha1(shingle.encode()).digest()[: HASH_BITS // 8], "little")


@pytest.mark.parametrize("shingle", ["word", "char"])
@pytest.mark.parametrize("size", [1, 2, 5])
@given(texts=TEXTS)
@settings(deadline=None)
def test_sets_hold_the_hash_of_every_shingle_once(shingle: str, size: int, texts: list[str]) -> None:
    config = Minhash(shingle=shingle, size=size)
    shingler = Shingler(config)
    for _ in range(2):  # the second time from the cache
        sets = shingler.sets(texts)
        assert len(sets) == len(texts)
        for row, masked in enumerate(shingler.mask(texts)):
            expected = sorted(front(one) for one in reference(masked, config))
            assert sets.values[sets.offsets[row] : sets.offsets[row + 1]].tolist() == expected


def test_a_text_shorter_than_a_shingle_is_one_shingle() -> None:
    sets = Shingler(Minhash(size=5)).sets(["two words", "", "..."])
    assert sets.sizes.tolist() == [1, 0, 0]


@given(
    texts=st.lists(st.text("abc ", max_size=20), min_size=1, max_size=10),
    threshold=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
@settings(deadline=None)
def test_jaccard_and_its_bound_equal_set_arithmetic(texts: list[str], threshold: float) -> None:
    config = Minhash(shingle="char", size=2)
    shingler = Shingler(config)
    sets = shingler.sets(texts)
    plain = [reference(masked, config) for masked in shingler.mask(texts)]
    left, right = (grid.reshape(-1) for grid in np.meshgrid(np.arange(len(texts)), np.arange(len(texts))))
    found = jaccard(sets, left, sets, right)
    for one, other, similarity in zip(left, right, found, strict=True):
        union = plain[one] | plain[other]
        assert similarity == (len(plain[one] & plain[other]) / len(union) if union else 0.0)
    bits = bitmaps(sets)
    reach = may_reach(threshold, bits[left], sets.sizes[left], bits[right], sets.sizes[right])
    assert reach[found >= threshold].all()
