"""Our label rules keep the contract."""

from typing import Any

import pytest

from crescent.config.slots import SLOTS
from tests.contracts.label_contract import LabelContract

RULES = [{"use": name} for name in SLOTS["label"].names() if name != "first"] + [{"use": "soft", "least": 0.25}]


class TestOurs(LabelContract):
    @pytest.fixture(params=RULES, ids=lambda section: "-".join(map(str, section.values())), scope="class")
    def label(self, request: pytest.FixtureRequest) -> Any:
        return SLOTS["label"].build(request.param)


class TestFirst(LabelContract):
    ordered = True

    @pytest.fixture(scope="class")
    def label(self) -> Any:
        return SLOTS["label"].build({"use": "first"})
