"""What writes text keeps the contract: a model in this process, with slots and without, and servers."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from crescent.generation.backend import Backend
from crescent.generation.server_backend import ServerBackend
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.load import Loaded
from crescent.records import Completion
from crescent.testing import BackendContract, ContinuationContract, GenerationContract
from crescent.testing.generation import CONTEXT
from tests.generation.api import Api, serving
from tests.generation.families import mamba
from tests.generation.own import Renamed


class Continuing(Renamed):
    """It says that texts may be gone on with, before it knows the model."""

    continues = True


class TestOwnBackend(BackendContract, ContinuationContract):
    """One that fills the slot."""

    implementation = Continuing
    settings: ClassVar[dict[str, Any]] = {"note": "contract"}


class TestTransformersBackend(GenerationContract, ContinuationContract):
    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded) -> Backend:
        return TransformersBackend(nano, batch_size=64, context=CONTEXT)

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded) -> Backend:
        return TransformersBackend(nano, batch_size=16, context=CONTEXT)

    def test_it_says_so(self, backend: Backend) -> None:
        assert backend.decoder == "slots"


class TestTransformersBackendWithoutSlots(GenerationContract):
    """A model with another memory than keys and values: random, so that it ends a reply at any of many tokens."""

    @pytest.fixture(scope="class")
    def loaded(self, nano: Loaded) -> Loaded:
        return Loaded(mamba(len(nano.tokenizer)), nano.tokenizer, [*nano.stops, *range(100, 130)])

    @pytest.fixture(scope="class")
    def backend(self, loaded: Loaded) -> Backend:
        return TransformersBackend(loaded, batch_size=64, context=CONTEXT)

    @pytest.fixture(scope="class")
    def other_batch(self, loaded: Loaded) -> Backend:
        return TransformersBackend(loaded, batch_size=16, context=CONTEXT)

    def test_tokens_are_counted(self, nano: Loaded, reference: list[Completion]) -> None:
        """Not against the text: broken characters, as a random model writes them, cannot be cut into tokens again."""
        assert all(row.logprob < 0 < row.tokens for row in reference)
        lengths = {row.request: row.prompt_tokens for row in reference}
        assert lengths["a"] == lengths["c"] < lengths["b"] < lengths["d"]

    def test_it_says_so(self, backend: Backend) -> None:
        assert backend.decoder.startswith("generate: slots do not suit it (")
        assert not backend.continues


class TestServerBackend(GenerationContract):
    """The endpoint `chat`, over real sockets; the embedded model is behind them."""

    @pytest.fixture(scope="class")
    def api(self, nano: Loaded) -> Iterator[Api]:
        with serving(Api(nano)) as api:
            yield api

    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded, api: Api) -> Backend:
        return ServerBackend(api.settings(batch_size=8))

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded, api: Api) -> Backend:
        return ServerBackend(api.settings(batch_size=1))


class TestServerBackendCompletions(TestServerBackend):
    """The endpoint `completions`, with the chat template rendered on this side."""

    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded, api: Api) -> Backend:
        return ServerBackend(api.settings(endpoint="completions"), nano.tokenizer)

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded, api: Api) -> Backend:
        return ServerBackend(api.settings(endpoint="completions", batch_size=2), nano.tokenizer)
