"""Our near-duplicate tests keep the contract, alone and as a cascade."""

from typing import Any

import pytest

from crescent.dedup.keyed import KeyedStep
from crescent.testing import DedupContract
from crescent.testing.dedup import run

WORDS = {"shingle": "word", "size": 2, "threshold": 0.6, "permutations": 128}
CHARACTERS = {"shingle": "char", "size": 5, "threshold": 0.7, "mask_names": True, "permutations": 128}
COSINE = {"encoder": "model", "threshold": 0.95}

DEDUPERS: dict[str, dict[str, Any]] = {
    "exact": {"exact": True, "minhash": None},
    "word-minhash": {"exact": False, "minhash": WORDS},
    "char-minhash": {"exact": False, "minhash": CHARACTERS},
    "embedding": {"exact": False, "minhash": None, "embedding": COSINE},
    "figures": {"exact": False, "minhash": None, "embedding": {**COSINE, "figures_threshold": 0.9}},
    "cascade": {"exact": True, "minhash": WORDS, "embedding": COSINE},
}
NONE = {"exact": False, "minhash": None}


class Ours(DedupContract):
    """They have keys of their own in the configuration."""

    @pytest.fixture
    def section(self) -> dict[str, Any]:
        return {"use": None}


class TestOurs(Ours):
    @pytest.fixture(params=DEDUPERS)
    def config(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return DEDUPERS[request.param]

    def test_a_very_long_text(self, config: dict[str, Any]) -> None:
        long = " ".join(f"w{number * 7919 % 1009}" for number in range(17_000))
        assert len(long) > 80_000
        result = run(config, [long, "short text here", long + " end"])
        assert 0 in result.kept and 1 in result.kept


class TestNone(Ours):
    """No test at all."""

    finds_equal = False

    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return NONE


class SameFirstWord(KeyedStep):
    """Somebody's own test."""

    name = "first-word"

    def key(self, text: str) -> str | None:
        return next(iter(text.split()), None)


class TestOwn(DedupContract):
    """One that fills the slot."""

    implementation = SameFirstWord
    apart = ("Ann walks.", "Bob walks.", "Eve walks.")


@pytest.mark.parametrize("name", ["exact", "word-minhash", "char-minhash", "cascade"])
def test_ten_thousand_identical_texts(name: str) -> None:
    result = run(DEDUPERS[name], ["Ann has 3 apples, Bob has 4 pears and Eve none at all."] * 10_000)
    assert result.kept == [0] and len(result.ledger) == 9_999
