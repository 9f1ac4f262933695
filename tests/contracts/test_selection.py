"""Our selections keep the contract; those that go by votes pass on what has none."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from crescent.testing import SelectContract
from crescent.testing.select import candidate

BY_VOTES: list[dict[str, Any]] = [
    {"use": "margin", "least": 0.5},
    {"use": "schedule"},
    {"use": "learnability", "best": 2},
    {"use": "order", "first": "hard", "most": 2},
    {"use": "order", "first": "easy", "most": 2},
]
SECTIONS = [
    {"use": "all"},
    *BY_VOTES,
    {"use": "shortest", "share": 0.4},
    {"use": "signature", "most": 1},
    {"use": "chain", "steps": [{"use": "shortest", "share": 0.4}, {"use": "signature", "most": 1}, *BY_VOTES]},
]


class TestOurs(SelectContract):
    @pytest.fixture(params=SECTIONS, ids=lambda section: str(section["use"]))
    def section(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return dict(request.param)


def test_every_one_of_ours_is_here() -> None:
    assert {section["use"] for section in SECTIONS} == set(SLOTS["select"].names())


@pytest.mark.parametrize("section", BY_VOTES, ids=lambda section: str(section["use"]))
def test_what_no_vote_chose_is_passed_on(section: dict[str, Any]) -> None:
    unvoted = [candidate(number, None) for number in range(5)]
    assert SLOTS["select"].build(section).select(unvoted, 2, 0).kept == unvoted
