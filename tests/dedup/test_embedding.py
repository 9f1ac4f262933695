"""Figures of a question, and the lower cosine that does for two questions that share them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from crescent.config.schema import Dedup, Embedding
from crescent.dedup import NearDuplicateIndex, deduplicate
from crescent.dedup.embedding import figures, fingerprints


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("21 pens and twenty-one cups at $3.50", {21, 3.5}),
        ("three hundred and five", {305}),
        ("Two dozen eggs and 1,200 hens", {24, 1200}),
        ("one hundred twenty-five thousand and six", {125_006}),
        ("2 hundred people in 20% of 3rd", {200, 20, 3}),
        ("two and three", {2, 3}),
        ("He is five. Six more, and 7", {5, 6, 7}),
        ("One of them has 1 or 0", set()),
        ("no number at all", set()),
    ],
)
def test_figures_are_read_in_digits_and_in_words(text: str, found: set[float]) -> None:
    assert figures(text) == found


def test_fingerprints_do_not_depend_on_order_or_spelling_and_need_two_figures() -> None:
    one, other, changed, few = fingerprints(["3 cups, 20 pens", "Twenty pens, three cups", "3 cups, 21 pens", "3 cups"])
    assert one == other != 0
    assert changed not in (one, 0)
    assert few == 0


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_has_a_fingerprint(texts: list[str]) -> None:
    assert len(fingerprints(texts)) == len(texts)


def by_first_letter(texts: Sequence[str]) -> NDArray[np.float32]:
    """A: angle 0, B: cosine 0.8 to A, others: at right angles."""
    angles = {"A": (1.0, 0.0, 0.0), "B": (0.8, 0.6, 0.0)}
    return np.array([angles.get(text[:1], (0.0, 0.0, 1.0)) for text in texts], np.float32)


ORIGINAL = "Ann has 3 cups and 20 pens."
RETOLD = "Beside twenty pens Ann owns three cups."
OTHER = "Beside 4 pens Ann owns 9 cups."
LOWER = {"exact": False, "minhash": None, "embedding": {"threshold": 0.9, "figures_threshold": 0.75}}


def test_a_paraphrase_is_found_by_its_figures() -> None:
    result = deduplicate([ORIGINAL, RETOLD, OTHER], LOWER, encode=by_first_letter)
    assert result.kept == [0, 2]
    [gone] = result.ledger
    assert (gone.index, gone.other, gone.test) == (1, 0, "embedding")
    assert gone.similarity == pytest.approx(0.8)


def test_without_a_lower_threshold_figures_do_not_count() -> None:
    config = {"exact": False, "minhash": None, "embedding": {"threshold": 0.9}}
    assert deduplicate([ORIGINAL, RETOLD], config, encode=by_first_letter).kept == [0, 1]


def test_the_pool_on_disk_remembers_figures(tmp_path: Path) -> None:
    config = Dedup(exact=False, minhash=None, embedding=Embedding(threshold=0.9, figures_threshold=0.75))
    NearDuplicateIndex(config, tmp_path, by_first_letter).add([ORIGINAL], ["q1"])
    retold, other = NearDuplicateIndex(config, tmp_path, by_first_letter).check([RETOLD, OTHER])
    assert retold is not None
    assert (retold.other, other) == ("q1", None)
