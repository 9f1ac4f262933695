"""What holds for every near-duplicate test and every cascade of them, whatever it compares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crescent.dedup import Collision, Deduplicated, NearDuplicateIndex, decontaminate, deduplicate

WORDS = {"shingle": "word", "size": 2, "threshold": 0.6, "permutations": 128}
CHARACTERS = {"shingle": "char", "size": 5, "threshold": 0.7, "mask_names": True, "permutations": 128}
COSINE = {"encoder": "model", "threshold": 0.95}

DEDUPERS: dict[str, dict[str, Any]] = {
    "none": {"exact": False, "minhash": None},
    "exact": {"exact": True, "minhash": None},
    "word-minhash": {"exact": False, "minhash": WORDS},
    "char-minhash": {"exact": False, "minhash": CHARACTERS},
    "embedding": {"exact": False, "minhash": None, "embedding": COSINE},
    "figures": {"exact": False, "minhash": None, "embedding": {**COSINE, "figures_threshold": 0.9}},
    "cascade": {"exact": True, "minhash": WORDS, "embedding": COSINE},
}
FINDERS = [name for name in DEDUPERS if name != "none"]

ALPHABET = st.sampled_from("aAb c1,.?é½ｆ字\n")
TEXTS = st.lists(
    st.one_of(st.text(ALPHABET, max_size=12), st.sampled_from(["two red hens sat", "3 red hens sat"])), max_size=25
)


def letter_counts(texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A small encoder: how often each character occurs, by its code."""
    vectors = np.zeros((len(texts), 64), np.float32)
    for row, text in enumerate(texts):
        for character in text.casefold():
            vectors[row, ord(character) % 64] += 1
    return vectors


def run(name: str, texts: Sequence[str], against: Sequence[str] | None = None) -> Deduplicated:
    return deduplicate(texts, DEDUPERS[name], against, encode=letter_counts)


def index(name: str, folder: Path | None = None) -> NearDuplicateIndex:
    return NearDuplicateIndex(DEDUPERS[name], folder, encode=letter_counts)


def ids(start: int, stop: int) -> list[str]:
    return [f"q{number}" for number in range(start, stop)]


QUESTIONS = [
    "Ann has 3 apples and buys 4 more apples. How many apples does Ann have?",
    "A train drives for two hours at 60 miles per hour. How far does it go?",
    "Ann has 3 apples and buys 4 more apples. How many apples does Ann have?",
    "  ann HAS 3 apples and buys 4 more apples.\nHow many apples does Ann have? ",
    "Ann has 17 apples and buys twenty-one more apples. How many apples does Ann have?",
    "A rectangle is 3 feet wide and 4 feet long. What is its area?",
    "",
    "   ",
    "?",
]


@pytest.mark.parametrize("name", DEDUPERS)
@given(texts=TEXTS)
@settings(max_examples=25, deadline=None)
def test_every_row_is_kept_or_in_the_ledger(name: str, texts: list[str]) -> None:
    result = run(name, texts)
    removed = [collision.index for collision in result.ledger]
    assert sorted(result.kept + removed) == list(range(len(texts)))
    assert result.kept == sorted(result.kept) and removed == sorted(removed)


@pytest.mark.parametrize("name", DEDUPERS)
@given(texts=TEXTS)
@settings(max_examples=25, deadline=None)
def test_removed_rows_name_an_earlier_kept_row(name: str, texts: list[str]) -> None:
    result = run(name, texts)
    for collision in result.ledger:
        assert collision.other in result.kept and collision.other < collision.index
        assert 0 < collision.similarity <= 1


@pytest.mark.parametrize("name", DEDUPERS)
@given(texts=TEXTS, cut=st.integers(1, 7))
@settings(max_examples=25, deadline=None)
def test_waves_decide_as_all_at_once(name: str, texts: list[str], cut: int) -> None:
    whole = run(name, texts)
    pool = index(name)
    matches = []
    for begin in range(0, len(texts), cut):
        wave = texts[begin : begin + cut]
        matches += pool.admit(wave, ids(begin, begin + len(wave)))
    by_wave = [(row, match.other, match.test) for row, match in enumerate(matches) if match]
    assert by_wave == [(found.index, f"q{found.other}", found.test) for found in whole.ledger]
    assert [one for one, _ in pool] == [f"q{row}" for row in whole.kept]


@pytest.mark.parametrize("name", DEDUPERS)
@given(texts=TEXTS, turned=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_order_does_not_change_which_texts_are_near(name: str, texts: list[str], turned: Any) -> None:
    """Two texts alone collide in one order exactly if they collide in the other."""
    for one in texts[:4]:
        other = turned.choice(texts)
        assert len(run(name, [one, other]).kept) == len(run(name, [other, one]).kept)


@pytest.mark.parametrize("name", FINDERS)
def test_equal_texts_leave_one(name: str) -> None:
    result = run(name, ["Ann has 3 apples, Bob has 4."] * 50)
    assert result.kept == [0]
    assert {(found.other, found.other_source) for found in result.ledger} == {(0, "new")}
    assert [found.similarity for found in result.ledger] == pytest.approx([1.0] * 49)


@pytest.mark.parametrize("name", FINDERS)
def test_against_removes_from_the_new_set_only(name: str) -> None:
    result = run(name, QUESTIONS[1:3], against=[QUESTIONS[5], QUESTIONS[0]])
    assert result.kept == [0]
    assert [(found.index, found.other, found.other_source) for found in result.ledger] == [(1, 1, "against")]


@pytest.mark.parametrize("name", FINDERS)
def test_decontamination_compares_with_the_benchmark_alone(name: str) -> None:
    new = [QUESTIONS[5], QUESTIONS[5], QUESTIONS[1]]
    result = decontaminate(new, [QUESTIONS[1]], DEDUPERS[name], encode=letter_counts)
    assert result.kept == [0, 1]
    assert [(found.index, found.other) for found in result.ledger] == [(2, 0)]


@pytest.mark.parametrize("name", DEDUPERS)
def test_no_questions_at_all(name: str) -> None:
    assert run(name, []) == Deduplicated([], [])
    assert run(name, [], against=QUESTIONS) == Deduplicated([], [])
    assert run(name, ["one two"], against=[]) == Deduplicated([0], [])


@pytest.mark.parametrize("name", DEDUPERS)
def test_a_reopened_index_goes_on_where_it_stood(name: str, tmp_path: Path) -> None:
    first = index(name, tmp_path)
    expected = index(name)
    for begin in range(0, len(QUESTIONS), 2):
        wave = QUESTIONS[begin : begin + 2]
        reopened = index(name, tmp_path)
        assert reopened.admit(wave, ids(begin, begin + len(wave))) == expected.admit(
            wave, ids(begin, begin + len(wave))
        )
    assert len(first) == 0 and list(index(name, tmp_path)) == list(expected)
    assert index(name, tmp_path).check(QUESTIONS) == expected.check(QUESTIONS)


@pytest.mark.parametrize("name", ["exact", "word-minhash", "char-minhash", "cascade"])
def test_ten_thousand_identical_texts(name: str) -> None:
    result = run(name, ["Ann has 3 apples, Bob has 4 pears and Eve none at all."] * 10_000)
    assert result.kept == [0] and len(result.ledger) == 9_999


@pytest.mark.parametrize("name", DEDUPERS)
def test_a_very_long_text(name: str) -> None:
    long = " ".join(f"w{number * 7919 % 1009}" for number in range(17_000))
    assert len(long) > 80_000
    result = run(name, [long, "short text here", long + " end"])
    assert 0 in result.kept and 1 in result.kept


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_unicode_text_is_handled(texts: list[str]) -> None:
    for name in DEDUPERS:
        result = run(name, texts + texts)
        assert len(result.kept) + len(result.ledger) == 2 * len(texts)
    assert all(isinstance(found, Collision) for found in run("exact", texts + texts).ledger)
