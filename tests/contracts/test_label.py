"""Our label rules keep the contract."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from crescent.testing import LabelContract

RULES = [{"use": name} for name in SLOTS["label"].names() if name != "first"] + [{"use": "soft", "least": 0.25}]


class TestOurs(LabelContract):
    @pytest.fixture(params=RULES, ids=lambda section: "-".join(map(str, section.values())))
    def section(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return dict(request.param)


class TestFirst(LabelContract):
    ordered = True

    @pytest.fixture
    def section(self) -> dict[str, Any]:
        return {"use": "first"}
