"""What every selection promises."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.records import Consensus, Pair
from crescent.testing.slot import EXAMPLES, SlotContract
from crescent.voting.selection.selection import Candidate, Selection

TEXTS = ["3 + 4 = 7", "3 + 4 = 7, 7 x 2 = 14", "It is 7.", "", "10 / 2 = 5"]


def candidate(number: int, votes: int | None, text: str = "3 + 4 = 7", tokens: int = 9, samples: int = 8) -> Candidate:
    """A pair with so many votes, of the others each for itself; None: without a vote."""
    id = f"r01-w001-q{number:05d}"
    share = None if votes is None else votes / samples
    pair = Pair(id=id, round=1, question=f"Q{number}?", solution=text, answer="7", agreement=share)
    if votes is None:
        return Candidate(id, pair, None, tokens)
    runner_up = min(1, samples - votes)
    vote = Consensus(
        question=id, answer="7", votes=votes, samples=samples, agreement=votes / samples,
        margin=(votes - runner_up) / samples, tie=False, solution=0, reason=None,
    )  # fmt: skip
    return Candidate(id, pair, vote, tokens)


def a_round() -> "st.SearchStrategy[list[Candidate]]":
    """The candidates of a round, with votes and without."""
    rows = st.tuples(st.none() | st.integers(1, 8), st.sampled_from(TEXTS), st.integers(1, 40))
    return st.lists(rows, max_size=12).map(lambda drawn: [candidate(number, *row) for number, row in enumerate(drawn)])


def ids(candidates: Iterable[Candidate]) -> list[str]:
    return sorted(each.pair.id for each in candidates)


class SelectContract(SlotContract):
    """Nothing is lost, and neither time nor order decides."""

    slot = "select"

    @pytest.fixture
    def selection(self, section: dict[str, Any]) -> Selection:
        """The selection itself."""
        selection: Selection = self.filled.build(section)
        return selection

    @EXAMPLES
    @given(candidates=a_round(), number=st.integers(1, 4), seed=st.integers(0, 9))
    def test_nothing_is_lost(self, selection: Selection, candidates: list[Candidate], number: int, seed: int) -> None:
        selected = selection.select(candidates, number, seed)
        assert ids([*selected.kept, *(each for each, _ in selected.drops)]) == ids(candidates)
        assert all(reason for _, reason in selected.drops)

    @EXAMPLES
    @given(candidates=a_round(), number=st.integers(1, 4), seed=st.integers(0, 9), data=st.data())
    def test_neither_time_nor_order_changes_the_choice(
        self, selection: Selection, candidates: list[Candidate], number: int, seed: int, data: Any
    ) -> None:
        first = selection.select(candidates, number, seed)
        again = selection.select(data.draw(st.permutations(candidates)), number, seed)
        assert ids(first.kept) == ids(again.kept)
        assert {each.pair.id: reason for each, reason in first.drops} == {
            each.pair.id: reason for each, reason in again.drops
        }

    @EXAMPLES
    @given(candidates=a_round(), number=st.integers(1, 4), seed=st.integers(0, 9))
    def test_pairs_stay_as_they_are(
        self, selection: Selection, candidates: list[Candidate], number: int, seed: int
    ) -> None:
        known = {each.pair.id: each for each in candidates}
        assert all(each == known[each.pair.id] for each in selection.select(candidates, number, seed).kept)

    def test_nothing_of_nothing(self, selection: Selection) -> None:
        selected = selection.select([], 1, 0)
        assert (selected.kept, selected.drops) == ([], [])
