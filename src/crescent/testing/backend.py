"""What every backend that fills the slot promises beside what it writes."""

from collections.abc import Iterator
from typing import Any

import pytest

from crescent.config.schema import Model
from crescent.generation.backend import Backend
from crescent.generation.own import OwnBackend, Writing
from crescent.models.load import Loaded, folder_or_id, load
from crescent.testing.generation import CONTEXT, REQUESTS, GenerationContract, generate
from crescent.testing.slot import SlotContract


class BackendContract(SlotContract, GenerationContract):
    """Of a class that continues texts (`continues`), a suite is derived from `ContinuationContract`, too."""

    slot = "backend"

    @pytest.fixture(scope="class")
    def made(self) -> Any:
        """Makes the backend, not open yet. One with a fixture `section` of its own overrides it."""
        return lambda: self.implementation(**self.settings)

    @pytest.fixture(scope="class")
    def backend(self, made: Any, nano: Loaded) -> Iterator[Backend]:
        """It has `backend.batch_size=64`."""
        yield from opened(made(), 64)

    @pytest.fixture(scope="class")
    def other_batch(self, made: Any, nano: Loaded) -> Iterator[Backend]:
        """It has `backend.batch_size=16`."""
        yield from opened(made(), 16)

    def test_it_says_what_computes(self, made: Any) -> None:
        """Before it is open: a run asks the class whether it continues."""
        assert made().decoder.strip() and "\n" not in made().decoder
        assert isinstance(type(made()).continues, bool)

    def test_one_is_opened_after_another_as_round_after_round(self, made: Any) -> None:
        one, other = (next(opened(made(), 64)) for _ in range(2))
        expected = generate(other, REQUESTS[:1])
        one.close()
        assert generate(other, REQUESTS[:1]) == expected
        other.close()


def opened(backend: OwnBackend, batch_size: int) -> Iterator[OwnBackend]:
    """The backend with the embedded model, until it is closed."""
    model = Model()
    backend.open(
        Writing(folder_or_id(model), model.revision, "cpu", CONTEXT, batch_size, lambda: load(model, device="cpu"))
    )
    yield backend
    backend.close()
