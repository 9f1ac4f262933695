"""What the suites of all slots have in common: what they are run on."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings

from crescent.config.slots import SLOTS, Slot

EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
"""Of the tests that hold for any input: a fixture of one test serves all its examples, and none has a time limit."""


class SlotContract:
    """`implementation`: the class that fills the slot, and `settings`, what it is made with.

    Where that is not enough, as for several sets of settings or a file that has to be written first, a subclass
    overrides the fixture `section`.
    """

    slot: ClassVar[str]
    """Its group, as in `SLOTS`."""
    implementation: ClassVar[Any] = None
    settings: ClassVar[Mapping[str, Any]] = {}

    @pytest.fixture
    def section(self) -> dict[str, Any]:
        """The section of the configuration that names it: `use`, and its settings."""
        found = self.implementation
        if found is None:
            pytest.fail(f"{type(self).__name__} has no `implementation`: name the class that is to be tested")
        return {"use": f"{found.__module__}:{found.__qualname__}", **self.settings}

    @property
    def filled(self) -> Slot:
        """The slot, which builds what a section describes."""
        return SLOTS[self.slot]

    def test_the_slot_takes_it(self, section: dict[str, Any]) -> None:
        """Its methods have the protocol's arguments, and its settings fit their types and bounds."""
        assert [mistake.text for mistake in self.filled.mistakes(section)] == []
