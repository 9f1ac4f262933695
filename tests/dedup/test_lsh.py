import numpy as np
import pytest
from datasketch import MinHash

from crescent.config.schema import Minhash
from crescent.dedup.lsh import Permutations, band_keys
from crescent.dedup.shingles import Shingler

TEXTS = [
    "Ann has 3 apples and buys 4 more apples. How many apples does Ann have?",
    "",
    "one",
    "Über 1,200 Äpfel kosten 5 € – wie viel ist das?",
    " ".join(f"word{number}" for number in range(3000)),
] * 200


def masked_shingles(shingler: Shingler, text: str, size: int) -> list[bytes]:
    words = shingler.mask([text])[0].split()
    return (
        [" ".join(words[start : start + size]).encode() for start in range(max(1, len(words) - size + 1))]
        if words
        else []
    )


@pytest.mark.parametrize("seed", [1, 42])
@pytest.mark.parametrize("count", [8, 128])
def test_signatures_equal_datasketch_bit_for_bit(seed: int, count: int) -> None:
    shingler = Shingler(Minhash(size=3))
    signatures = Permutations(count, seed).signatures(shingler.sets(TEXTS))
    assert signatures.dtype == np.uint32 and signatures.shape == (count, len(TEXTS))
    for row in [*range(5), *range(995, 1000)]:
        golden = MinHash(num_perm=count, seed=seed)
        golden.update_batch(masked_shingles(shingler, TEXTS[row], 3))
        np.testing.assert_array_equal(signatures[:, row], golden.hashvalues)


def test_a_signature_does_not_change_between_versions() -> None:
    [first] = Permutations(8, 1).signatures(Shingler(Minhash(size=2)).sets(["Ann has 3 apples"])).T
    golden = MinHash(num_perm=8, seed=1)
    golden.update_batch([b"ann has", b"has #", b"# apples"])
    assert first.tolist() == golden.hashvalues.tolist() == GOLDEN


GOLDEN = [842501148, 574217286, 902771562, 3824646923, 481998213, 1190905996, 1471103219, 1349326858]


def test_equal_bands_and_only_they_have_equal_keys() -> None:
    signatures = np.random.default_rng(1).integers(0, 2, (12, 300), dtype=np.uint32)
    keys = band_keys(signatures, 4, 3)
    for band in range(4):
        rows = signatures[band * 3 : band * 3 + 3].T
        same_rows = (rows[:, None] == rows).all(axis=2)
        np.testing.assert_array_equal(keys[band][:, None] == keys[band], same_rows)
