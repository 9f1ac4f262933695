import socket
from contextlib import closing
from dataclasses import replace

import pytest

from crescent.config.schema import Backend
from crescent.errors import ModelError
from crescent.generation.endpoint import connection, reach
from tests.generation.api import Api, serving


def test_the_only_model_is_taken_and_a_named_one_found() -> None:
    with serving(Api(models=("one",))) as api:
        assert reach(api.settings()).model == "one"
    with serving(Api(models=("one", "two"))) as api:
        assert reach(api.settings(model="two")).model == "two"
        assert reach(replace(api.settings(model="two"), url=api.url + "/")).url == api.url


@pytest.mark.parametrize(
    ("models", "model", "message"),
    [
        (("one",), "other", "serves one, not backend.model=other"),
        (("one", "two"), None, "serves one, two: choose one with backend.model"),
        ((), None, "serves no model"),
    ],
)
def test_another_model_is_told_in_a_line(models: tuple[str, ...], model: str | None, message: str) -> None:
    with serving(Api(models=models)) as api, pytest.raises(ModelError, match=message) as failure:
        reach(api.settings(model=model))
    assert "\n" not in str(failure.value)


def test_nobody_there() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelError, match=f"backend.url {url}: no answer .*Is the server running") as failure:
        reach(Backend(name="server", url=url))
    assert "\n" not in str(failure.value)


def test_a_wrong_path() -> None:
    with serving(Api()) as api, pytest.raises(ModelError, match="does not say which models it serves"):
        reach(replace(api.settings(), url=api.url.removesuffix("/v1")))


def test_a_key_that_is_missing_or_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Api(key="open-sesame")) as api:
        settings = api.settings(key_variable="CRESCENT_TEST_KEY")
        monkeypatch.delenv("CRESCENT_TEST_KEY", raising=False)
        with pytest.raises(ModelError, match="refuses a request without key: set the environment variable CRESCENT_T"):
            reach(settings)
        monkeypatch.setenv("CRESCENT_TEST_KEY", "let-me-in")
        with pytest.raises(
            ModelError, match="refuses the key in the environment variable CRESCENT_TEST_KEY"
        ) as failure:
            reach(settings)
        assert "let-me-in" not in str(failure.value)
        monkeypatch.setenv("CRESCENT_TEST_KEY", "open-sesame")
        assert "open-sesame" not in repr(reach(settings))


def test_a_server_on_this_machine_is_asked_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(Api(models=("one",))) as api:
        assert reach(api.settings()).model == "one"
    assert connection("https://api.example/v1") == {"verify": True, "trust_env": True}
