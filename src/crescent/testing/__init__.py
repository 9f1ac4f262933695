"""What every implementation of a slot promises, as suites of pytest: ours pass them, and anybody may run them on his.

    from crescent.testing import LabelContract
    from my_package.labels import Clear

    class TestClear(LabelContract):
        implementation = Clear
        settings = {"lead": 2}

A suite is a class for each slot. A subclass says what it is run on (`SlotContract`), and may override any test or
fixture. docs/extending.md shows all seven.

Raises:
    MissingExtraError: pytest or hypothesis is not installed.
"""

from importlib.util import find_spec

from crescent.errors import MissingExtraError

for _package in ("pytest", "hypothesis"):
    if find_spec(_package) is None:
        raise MissingExtraError(_package, "crescent.testing", "testing")

import pytest

# Before the suites are imported: only so does a failed assertion show its values.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{_suite}"
        for _suite in ("slot", "source", "dedup", "generation", "backend", "label", "select", "objective", "gate")
    )
)

from crescent.testing.backend import BackendContract
from crescent.testing.dedup import DedupContract
from crescent.testing.gate import GateContract
from crescent.testing.generation import ContinuationContract, GenerationContract
from crescent.testing.label import LabelContract
from crescent.testing.objective import ObjectiveContract
from crescent.testing.select import SelectContract
from crescent.testing.slot import SlotContract
from crescent.testing.source import SourceContract

__all__ = [
    "BackendContract",
    "ContinuationContract",
    "DedupContract",
    "GateContract",
    "GenerationContract",
    "LabelContract",
    "ObjectiveContract",
    "SelectContract",
    "SlotContract",
    "SourceContract",
]
