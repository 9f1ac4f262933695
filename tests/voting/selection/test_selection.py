"""What each selection keeps, on pairs whose votes are known."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from crescent.testing.select import candidate
from crescent.voting.selection.signature import operations

VOTES = [8, 7, 6, 5, 4, 3]
STEPS = {"use": "chain", "steps": [{"use": "margin", "least": 0.5}, {"use": "order", "first": "hard", "most": 1}]}


def kept(section: dict[str, Any], number: int = 1, seed: int = 0, votes: list[int] = VOTES) -> list[int]:
    """Which votes are kept; on `VOTES` the runner-up has one vote, but where all agree."""
    selected = SLOTS["select"].build(section).select([candidate(n, v) for n, v in enumerate(votes)], number, seed)
    return sorted((each.consensus.votes for each in selected.kept if each.consensus), reverse=True)


@pytest.mark.parametrize(
    ("section", "number", "expected"),
    [
        ({"use": "all"}, 1, [8, 7, 6, 5, 4, 3]),
        ({"use": "margin", "least": 0.5}, 1, [8, 7, 6, 5]),  # 5 - 1 of 8 is just enough
        ({"use": "margin", "least": 0.51}, 1, [8, 7, 6]),
        ({"use": "schedule"}, 1, [8, 7, 6, 5, 4]),
        ({"use": "schedule"}, 2, [8, 7, 6]),
        ({"use": "schedule"}, 5, [8, 7, 6]),
        ({"use": "schedule", "least": [0.75]}, 1, [8, 7, 6]),
        ({"use": "learnability", "best": 3}, 1, [5, 4, 3]),
        ({"use": "order", "first": "easy", "most": 2}, 1, [8, 7]),
        ({"use": "order", "first": "hard", "most": 2}, 1, [4, 3]),
        (STEPS, 1, [5]),
    ],
)  # fmt: skip
def test_what_is_kept(section: dict[str, Any], number: int, expected: list[int]) -> None:
    assert kept(section, number) == expected


def test_equals_are_chosen_by_the_seed() -> None:
    offered = [candidate(number, 4) for number in range(20)]
    selection = SLOTS["select"].build({"use": "learnability", "best": 5})
    chosen = [{each.pair.id for each in selection.select(offered, 1, seed).kept} for seed in range(4)]
    assert all(len(each) == 5 for each in chosen)
    assert len(set(map(frozenset, chosen))) > 1


def test_votes_above_and_below_one_half_are_as_learnable() -> None:
    offered = [candidate(number, 1 + number % 2, samples=3) for number in range(40)]
    chosen = SLOTS["select"].build({"use": "learnability", "best": 20}).select(offered, 1, 0).kept
    assert {each.consensus.votes for each in chosen if each.consensus} == {1, 2}


def test_a_share_of_the_shortest_is_dropped() -> None:
    offered = [candidate(number, None, tokens=10 + number) for number in range(20)]
    selected = SLOTS["select"].build({"use": "shortest"}).select(offered, 1, 0)
    assert [(each.tokens, reason) for each, reason in selected.drops] == [(10, "shortest"), (11, "shortest")]
    assert SLOTS["select"].build({"use": "shortest"}).select(offered[:9], 1, 0).drops == []


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("3 + 4 = 7, 7 x 2 = 14", "+*"),
        ("$3 + $4 = $7; $7*2=$14", "+*"),
        (r"3 \times 4 = 12, 12 \div 2 = 6", "*/"),
        ("3 × 4 − 2 ÷ 1", "*-/"),
        ("(3 + 4) * (5 - 2) = 21", "+*-"),
        ("2 ** 3 = 8", "^"),
        ("Well-known: x + y = -7.", ""),
        ("She has 7.", ""),
    ],
)
def test_the_signature_is_the_operations_in_order(solution: str, expected: str) -> None:
    assert operations(solution) == expected


def test_at_most_so_many_with_the_same_operations() -> None:
    texts = ["1 + 2 = 3", "4 + 5 = 9", "2 + 2 = 4", "2 * 2 = 4", "It is 4.", "It is 5."]
    offered = [candidate(number, 3 + number % 3, text) for number, text in enumerate(texts)]
    selected = SLOTS["select"].build({"use": "signature", "most": 2}).select(offered, 1, 0)
    assert [each.pair.solution for each, _ in selected.drops] == ["1 + 2 = 3"]  # of its group the least agreed on
