from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.runs.names import in_order, pass_folder, rewritten_folder, round_folder, round_number, written_folder


@given(st.integers(1, 100_000))
def test_a_rounds_folder_says_which_round_it_is(number: int) -> None:
    assert round_number(round_folder(number)) == number
    assert round_number(Path("some") / "run" / round_folder(number)) == number


def test_a_listing_looks_orderly() -> None:
    assert [round_folder(1), written_folder(2), rewritten_folder(2, 1), pass_folder(0)] == [
        "round-01", "written-002", "rewritten-002-1", "solutions/00",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["base", "round-x", "round-1", "round-001", "round-01.jsonl", "my-round-01", "round-"])
def test_other_folders_are_no_rounds(name: str) -> None:
    assert round_number(name) is None


@pytest.mark.parametrize(
    "name",
    [round_folder, written_folder, pass_folder, lambda n: rewritten_folder(n, 1), lambda n: rewritten_folder(1, n)],
)
def test_numbers_that_outgrow_their_padding_still_stand_in_order(name) -> None:
    numbers = [1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 99_999, 100_000]
    assert sorted(map(name, reversed(numbers)), key=in_order) == list(map(name, numbers))


def test_rows_stand_in_the_order_in_which_they_were_asked_for() -> None:
    ids = [f"r{r:02d}-w{w:03d}-q{q:05d}" for r in (1, 99, 100) for w in (2, 999, 1000) for q in (0, 99_999, 100_000)]
    assert sorted(sorted(ids), key=in_order) == ids
    assert sorted(ids) != ids


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert sorted(sorted(names, key=in_order)) == sorted(names)
