"""Solutions that stand for a consensus: several of them are as unlike each other as can be."""

from hypothesis import given
from hypothesis import strategies as st

from crescent.voting import vote
from crescent.voting.representatives import most_distinct

ADDED = "She has 3 and 4. 3 + 4 = 7 #### 7"
ADDED_AGAIN = "She has 3  and 4.\n3 + 4 = 7 #### 7"
COUNTED = "Count from 4: 5, 6, 7. #### 7"
CLOSE = "She has 3 and also 4. 3 + 4 = 7 #### 7"


def test_several_distinct_solutions_stand_for_the_consensus() -> None:
    result = vote([ADDED, "#### 9", CLOSE, ADDED_AGAIN, COUNTED], representative="distinct", representatives=2)
    assert (result.answer, result.votes) == ("7", 4)
    assert (result.solution, result.others) == (0, [4])


def test_layout_makes_no_second_solution() -> None:
    assert vote([ADDED, ADDED_AGAIN], representative="distinct", representatives=4).others == []


def test_one_solution_stands_alone_by_default() -> None:
    assert vote([ADDED, COUNTED]).others == []


def test_a_rejected_question_has_no_solutions() -> None:
    result = vote([ADDED, "#### 9"], representative="distinct")
    assert (result.reason, result.solution, result.others) == ("tie", None, [])


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.integers(1, 8))
def test_those_taken_are_members_once_each_and_the_first_is_among_them(texts: list[str], count: int) -> None:
    members = list(range(10, 10 + len(texts)))
    taken = most_distinct(texts, members, count)
    assert taken[0] == 10
    assert len(taken) == len(set(taken)) <= count
    assert set(taken) <= set(members)
    more = most_distinct(texts, members, count + 1)
    assert more[: len(taken)] == taken
