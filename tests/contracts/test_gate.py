"""Our rules of the gate keep the contract."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from crescent.testing import GateContract

OURS = [
    {"use": "points"},
    {"use": "points", "min_gain": 0.02},
    {"use": "points", "min_gain": -0.05},
    {"use": "better"},
    {"use": "not_worse"},
]


class TestOurs(GateContract):
    @pytest.fixture(params=OURS, ids=lambda section: "-".join(map(str, section.values())))
    def section(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return dict(request.param)


def test_every_one_of_ours_is_here() -> None:
    assert {section["use"] for section in OURS} == set(SLOTS["gate"].names())
