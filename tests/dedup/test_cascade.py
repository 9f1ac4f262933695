import random
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from crescent.config.schema import Dedup, Minhash
from crescent.dedup import NearDuplicateIndex, deduplicate
from crescent.dedup.shingles import Shingler
from crescent.errors import ModelError

ONE_WORD = {"exact": False, "minhash": {"size": 1, "threshold": 0.5, "mask_numbers": False}}


def jaccard_of(config: Minhash, one: str, other: str) -> float:
    sets = [
        set(zip(*(words[start:] for start in range(config.size)), strict=False))
        for words in masked_words(config, one, other)
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def masked_words(config: Minhash, *texts: str) -> list[list[str]]:
    return [masked.split() for masked in Shingler(config).mask(texts)]


def scrambled(count: int, seed: int) -> list[str]:
    """Texts that share many words: copies of each other with some words replaced."""
    rng = random.Random(seed)
    words = [f"{a}{b}" for a in "bdfgklmnprst" for b in "aeiou"]
    texts = [[rng.choice(words) for _ in range(12)]]
    while len(texts) < count:
        text = list(rng.choice(texts))
        for _ in range(rng.randint(0, 5)):
            text[rng.randrange(len(text))] = rng.choice(words)
        texts.append(text)
    return [" ".join(text) for text in texts]


@pytest.mark.parametrize("size", [1, 2])
def test_decisions_equal_comparing_every_pair_in_order(size: int) -> None:
    config = Minhash(size=size, threshold=0.6, permutations=512)
    texts = scrambled(400, seed=5)
    kept: list[int] = []
    expected = []
    for row, text in enumerate(texts):
        other = next((other for other in kept if jaccard_of(config, text, texts[other]) >= 0.6), None)
        if other is None:
            kept.append(row)
        else:
            expected.append((row, other))
    result = deduplicate(texts, Dedup(exact=False, minhash=config))
    assert result.kept == kept and len(expected) > 50
    assert [(found.index, found.other) for found in result.ledger] == expected


def test_the_ledger_holds_the_true_similarity() -> None:
    config = Minhash(size=2, threshold=0.4)
    texts = scrambled(300, seed=9)
    ledger = deduplicate(texts, Dedup(exact=False, minhash=config)).ledger
    assert ledger
    for found in ledger:
        assert found.similarity == jaccard_of(config, texts[found.index], texts[found.other])


def test_being_near_does_not_carry_over_a_chain() -> None:
    a, b, c = "one two three four", "three four one five", "five one six seven"
    result = deduplicate([a, b, c], ONE_WORD)
    assert result.kept == [0, 2]
    assert [(found.index, found.other) for found in result.ledger] == [(1, 0)]


def first_letter(texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


def test_what_a_later_test_removes_shields_nothing() -> None:
    """b falls to the embedding test, so c, which is near b by its words alone, stays."""
    config = {**ONE_WORD, "embedding": {"threshold": 0.9}}
    a, b, c = "apple pie", "avocado bread with butter", "bread with butter"
    result = deduplicate([a, b, c], config, encode=first_letter)
    assert result.kept == [0, 2]
    assert [(found.index, found.other, found.test) for found in result.ledger] == [(1, 0, "embedding")]


def test_the_encoder_sees_only_what_passed_the_cheap_tests() -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        seen.extend(texts)
        return first_letter(texts)

    texts = ["apple pie", "Apple  pie", "banana bread", "apple pie"]
    deduplicate(texts, {"exact": True, "minhash": None, "embedding": {"threshold": 0.9}}, encode=encode)
    assert seen == ["apple pie", "banana bread"]


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((1, 4)), np.full((2, 4), np.nan)])
def test_an_encoder_that_returns_nonsense_is_named(bad: np.ndarray[Any, Any]) -> None:
    config = {"exact": False, "minhash": None, "embedding": {"threshold": 0.9}}
    with pytest.raises(ModelError, match="the encoder returned"):
        deduplicate(["one", "two"], config, encode=lambda texts: bad)


def test_many_different_texts_in_one_bucket() -> None:
    """Texts that share a bucket without being near are all kept, and blocks do not matter."""
    texts = [
        f"the same five words here and then {a} {b} {a}{b} {b}{a}"
        for a, b in combinations("abcdefghijklmnopqrst" * 3, 2)
    ]
    config = Dedup(exact=False, minhash=Minhash(size=1, threshold=0.95, permutations=64, bands=60, rows=1))
    distinct = {frozenset(text.split()) for text in texts}
    assert len(deduplicate(texts, config).kept) == len(distinct)


def test_the_index_exports_to_datasketch() -> None:
    from datasketch import MinHash

    texts = [*scrambled(60, seed=3), "", "alone"]
    config = Dedup(exact=False, minhash=Minhash(size=2, threshold=0.6))
    index = NearDuplicateIndex(config)
    index.add(texts[:40], [f"q{row}" for row in range(40)])
    index.add(texts[40:], [f"q{row}" for row in range(40, len(texts))])
    exported = index.to_datasketch()
    for row, words in enumerate(masked_words(Minhash(size=2), *texts)):
        sketch = MinHash(num_perm=256, seed=1)
        sketch.update_batch([" ".join(words[start : start + 2]).encode() for start in range(max(1, len(words) - 1))])
        assert (f"q{row}" in exported.query(sketch)) == bool(words)
    assert len(exported.keys) == len(texts) - 1
