"""A vote that weighs solutions by their likelihood, and a server that does not tell it."""

from pathlib import Path

import pytest

from crescent.commands.checks import check_backend
from crescent.commands.table import start
from crescent.config.schema import Config
from crescent.errors import ModelError
from tests.conftest import tiny
from tests.generation.api import Api, Handler, hang_up, serving, status


def served(api: Api, **voting: str) -> Config:
    config = tiny()
    config.backend, config.rounds = api.settings(retries=2), 1
    for name, value in voting.items():
        if name == "label":
            config.label = {"use": value}
        else:
            setattr(config.voting, name, value)
    return config


def without(handler: Handler) -> None:
    """Takes the field and says nothing of it, as some servers do."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}, "text": "Hi"}
    handler.answer(200, {"choices": [choice | {"logprobs": None}], "usage": {}})


NEEDS = [("label", "weighted"), ("representative", "likeliest")]


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
@pytest.mark.parametrize(("name", "value"), NEEDS)
def test_a_server_that_tells_them_will_do(endpoint: str, name: str, value: str) -> None:
    with serving(Api()) as api:
        config = served(api, **{name: value})
        config.backend.endpoint = endpoint
        check_backend(config)
    [body] = api.bodies
    assert body["max_tokens"] == 1
    assert "logprobs" in body


@pytest.mark.parametrize(("name", "value"), NEEDS)
def test_one_that_refuses_the_field_is_refused_before_any_work(name: str, value: str, tmp_path: Path) -> None:
    with serving(Api(refused=("logprobs",))) as api, pytest.raises(ModelError) as message:
        start(served(api, **{name: value}), tmp_path / "run")
    assert "tells no log-probabilities (it refuses to: 422 Unexpected" in str(message.value)
    assert f"{name}={value} needs them" in str(message.value)
    assert "\n" not in str(message.value)
    assert len(api.bodies) == 1
    assert not (tmp_path / "run").exists()


def test_one_that_takes_the_field_and_tells_none_is_refused() -> None:
    with serving(Api(faults=[without])) as api, pytest.raises(ModelError, match="a token comes without one"):
        check_backend(served(api, label="weighted"))


def test_what_passes_is_asked_again() -> None:
    with serving(Api(faults=[status(503), hang_up])) as api:
        check_backend(served(api, label="weighted"))
    with serving(Api(faults=[status(503)] * 3)) as api, pytest.raises(ModelError, match="failed 3 times in a row"):
        check_backend(served(api, label="weighted"))


def test_other_votes_do_not_ask() -> None:
    with serving(Api(refused=("logprobs",))) as api:
        check_backend(served(api))
    assert api.bodies == []
