"""What every near-duplicate test promises, alone or among others, whatever it compares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crescent.dedup import Deduplicated, NearDuplicateIndex, decontaminate, deduplicate
from crescent.testing.slot import EXAMPLES, SlotContract

ALPHABET = st.sampled_from("aAb c1,.?é½ｆ字\n")
TEXTS = st.lists(
    st.one_of(st.text(ALPHABET, max_size=12), st.sampled_from(["two red hens sat", "3 red hens sat"])), max_size=25
)
ANY_TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=8)
FEW = settings(EXAMPLES, max_examples=20)
QUESTIONS = [
    "Ann has 3 apples and buys 4 more apples. How many apples does Ann have?",
    "A train drives for 2 hours at 60 miles per hour. How far does it go?",
    "Ann has 3 apples and buys 4 more apples. How many apples does Ann have?",
    "  ann HAS 3 apples and buys 4 more apples.\nHow many apples does Ann have? ",
    "Ann has 17 apples and buys twenty-one more apples. How many apples does Ann have?",
    "A rectangle is 7 feet wide and 9 feet long. What is its area?",
    "",
    "   ",
    "?",
]


def letter_counts(texts: list[str]) -> NDArray[np.float32]:
    """A small encoder: how often each character occurs, by its code."""
    vectors = np.zeros((len(texts), 64), np.float32)
    for row, text in enumerate(texts):
        for character in text.casefold():
            vectors[row, ord(character) % 64] += 1
    return vectors


def ids(start: int, stop: int) -> list[str]:
    return [f"q{number}" for number in range(start, stop)]


class DedupContract(SlotContract):
    """`apart`: three questions that are not alike to it, where these are. `finds_equal`: a test that leaves equal texts
    to the ones before it (`dedup.exact`) sets it to False."""

    slot = "dedup"
    apart: ClassVar[tuple[str, str, str]] = (QUESTIONS[0], QUESTIONS[1], QUESTIONS[5])
    finds_equal: ClassVar[bool] = True

    @pytest.fixture
    def config(self, section: dict[str, Any]) -> dict[str, Any]:
        """The group `dedup`, in which it is alone."""
        return {"exact": False, "minhash": None, "own": section}

    @FEW
    @given(texts=TEXTS)
    def test_every_row_is_kept_or_in_the_ledger(self, config: dict[str, Any], texts: list[str]) -> None:
        result = run(config, texts)
        removed = [collision.index for collision in result.ledger]
        assert sorted(result.kept + removed) == list(range(len(texts)))
        assert result.kept == sorted(result.kept) and removed == sorted(removed)

    @FEW
    @given(texts=TEXTS)
    def test_removed_rows_name_an_earlier_kept_row(self, config: dict[str, Any], texts: list[str]) -> None:
        result = run(config, texts)
        for collision in result.ledger:
            assert collision.other in result.kept and collision.other < collision.index
            assert 0 < collision.similarity <= 1

    @FEW
    @given(texts=TEXTS, cut=st.integers(1, 7))
    def test_waves_decide_as_all_at_once(self, config: dict[str, Any], texts: list[str], cut: int) -> None:
        """What a segment of the pool keeps is all that is asked for, and segments that are merged keep it."""
        whole = run(config, texts)
        pool = index(config)
        matches = []
        for begin in range(0, len(texts), cut):
            wave = texts[begin : begin + cut]
            matches += pool.admit(wave, ids(begin, begin + len(wave)))
        by_wave = [(row, match.other, match.test) for row, match in enumerate(matches) if match]
        assert by_wave == [(found.index, f"q{found.other}", found.test) for found in whole.ledger]
        assert [one for one, _ in pool] == [f"q{row}" for row in whole.kept]

    @FEW
    @given(texts=TEXTS, turned=st.randoms(use_true_random=False))
    def test_order_does_not_change_which_texts_are_near(
        self, config: dict[str, Any], texts: list[str], turned: Any
    ) -> None:
        """Two texts alone collide in one order exactly if they collide in the other."""
        for one in texts[:4]:
            other = turned.choice(texts)
            assert len(run(config, [one, other]).kept) == len(run(config, [other, one]).kept)

    def test_what_is_not_alike_is_kept(self, config: dict[str, Any]) -> None:
        assert run(config, self.apart).kept == [0, 1, 2]

    def test_equal_texts_leave_one(self, config: dict[str, Any]) -> None:
        if self.finds_equal:
            result = run(config, [self.apart[0]] * 50)
            assert result.kept == [0]
            assert {(found.other, found.other_source) for found in result.ledger} == {(0, "new")}
            assert [found.similarity for found in result.ledger] == pytest.approx([1.0] * 49)

    def test_more_texts_than_are_decided_together(self, config: dict[str, Any]) -> None:
        if self.finds_equal:
            result = run(config, [self.apart[0]] * 2500)
            assert result.kept == [0] and len(result.ledger) == 2499

    def test_against_removes_from_the_new_set_only(self, config: dict[str, Any]) -> None:
        if self.finds_equal:
            one, other, third = self.apart
            result = run(config, [other, one], against=[third, one])
            assert result.kept == [0]
            assert [(found.index, found.other, found.other_source) for found in result.ledger] == [(1, 1, "against")]

    def test_decontamination_compares_with_the_benchmark_alone(self, config: dict[str, Any]) -> None:
        if self.finds_equal:
            one, other, _ = self.apart
            result = decontaminate([one, one, other], [other], config, encode=letter_counts)
            assert result.kept == [0, 1]
            assert [(found.index, found.other) for found in result.ledger] == [(2, 0)]

    def test_no_questions_at_all(self, config: dict[str, Any]) -> None:
        assert run(config, []) == Deduplicated([], [])
        assert run(config, [], against=QUESTIONS) == Deduplicated([], [])
        assert run(config, ["one two"], against=[]) == Deduplicated([0], [])

    def test_a_reopened_index_goes_on_where_it_stood(self, config: dict[str, Any], tmp_path: Path) -> None:
        first = index(config, tmp_path)
        expected = index(config)
        for begin in range(0, len(QUESTIONS), 2):
            wave = QUESTIONS[begin : begin + 2]
            numbers = ids(begin, begin + len(wave))
            assert index(config, tmp_path).admit(wave, numbers) == expected.admit(wave, numbers)
        assert len(first) == 0 and list(index(config, tmp_path)) == list(expected)
        assert index(config, tmp_path).check(QUESTIONS) == expected.check(QUESTIONS)

    @FEW
    @given(texts=ANY_TEXTS)
    def test_any_unicode_text_is_handled(self, config: dict[str, Any], texts: list[str]) -> None:
        result = run(config, texts + texts)
        assert len(result.kept) + len(result.ledger) == 2 * len(texts)


def run(config: dict[str, Any], texts: Sequence[str], against: Sequence[str] | None = None) -> Deduplicated:
    """The decisions of a configuration on texts."""
    return deduplicate(texts, config, against, encode=letter_counts)


def index(config: dict[str, Any], folder: Path | None = None) -> NearDuplicateIndex:
    """A pool, on disk where a folder is given."""
    return NearDuplicateIndex(config, folder, encode=letter_counts)
