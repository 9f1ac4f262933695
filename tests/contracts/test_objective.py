"""Our objectives keep the contract."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from crescent.testing import ObjectiveContract

SETTINGS: dict[str, dict[str, Any]] = {"scpo": {"beta": 0.3, "alpha": 0.7}}
OURS = [{"use": name, **SETTINGS.get(name, {})} for name in SLOTS["objective"].names()]


class TestOurs(ObjectiveContract):
    @pytest.fixture(params=OURS, ids=lambda section: str(section["use"]))
    def section(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return dict(request.param)
