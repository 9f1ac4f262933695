"""Which server a stage writes with: the same model over the whole run, or one that is started for each model."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crescent.config.schema import Sampling
from crescent.errors import ModelError, StageError
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.servers import server_backend
from crescent.models.locate import locate
from crescent.runs.stage import Stage
from tests.conftest import tiny
from tests.generation import small_server
from tests.generation.api import Api, hang_up, moment, serving

SMALL = f"{shlex.quote(sys.executable)} {shlex.quote(small_server.__file__)} {{model}} {{port}}"
REQUESTS = [Request("a", "How many?", 4)]


@pytest.fixture
def make(tmp_path: Path, context_of: Callable[..., Context]) -> Callable[..., Context]:
    def make(**backend: object) -> Context:
        config = tiny()
        config.backend = replace(config.backend, name="server", pause=0.01, batch_size=2, retries=2, **backend)
        return context_of(tmp_path / "run", config)

    return make


def stage(context: Context, name: str = "round-01/answers") -> Stage:
    return context.run.stage(name, 1, {}, {})


def texts(backend: ServerBackend) -> list[str]:
    return [row.text for row in backend.generate(REQUESTS, Sampling(), 1, lambda *_: None)]


def test_the_model_that_the_run_began_with_is_the_one_that_is_served(make: Callable[..., Context]) -> None:
    with serving(Api(models=("one",))) as one, serving(Api(models=("two",))) as two:
        context = make(url=one.url)
        texts(server_backend(context, stage(context), context.base, None))
        context.config.backend.url = two.url
        with pytest.raises(
            ModelError, match="serves two now, and this run began with one: start the server"
        ) as failure:
            texts(server_backend(context, stage(context, "round-02/answers"), context.base, None))
    assert "\n" not in str(failure.value)
    assert not two.bodies


def test_a_server_that_runs_already_writes_with_no_other_model(make: Callable[..., Context]) -> None:
    context = make(url="http://127.0.0.1:9/v1")
    with pytest.raises(StageError, match="writes with the model it serves and not with round-01"):
        server_backend(context, stage(context), ModelRef("round-01", "x", "y"), None)


def test_a_server_that_is_left_out_is_said_in_the_events(make: Callable[..., Context]) -> None:
    with serving(Api(faults=[moment] + [hang_up] * 100)) as ill, serving(Api()) as well:
        context = make(url=ill.url, urls=[well.url])
        texts(server_backend(context, stage(context), context.base, None))
    [event] = [event for event in context.run.events if event["event"] == "servers"]
    assert event["stage"] == "round-01/answers"
    assert event["said"].startswith(f"server {ill.url} is left out")


def test_a_server_is_started_for_the_model_that_writes_and_ends_with_the_next(make: Callable[..., Context]) -> None:
    context = make(command=SMALL)
    trained = ModelRef("round-01", "/a/trained model", "its digest")
    base = server_backend(context, stage(context), context.base, None)
    assert {text.split()[-1] for text in texts(base)} == {locate("embedded:nano")}
    again = server_backend(context, stage(context), context.base, None)
    assert again.find().endpoints == base.find().endpoints
    other = server_backend(context, stage(context), trained, None)
    assert all(text.endswith(" /a/trained model") for text in texts(other))
    assert base.ended() is not None
    assert other.ended() is None
    context.release()
    assert other.ended() is not None


def test_a_vote_that_needs_log_probabilities_is_refused_when_the_server_tells_none(
    make: Callable[..., Context],
) -> None:
    context = make(command=SMALL)
    context.config.label = {"use": "weighted"}
    with pytest.raises(ModelError, match=r"tells no log-probabilities .* and label=weighted needs them"):
        server_backend(context, stage(context), context.base, None)
