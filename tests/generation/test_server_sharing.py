"""Several servers share the work; one that dies, or serves another model, is left out and said."""

import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from crescent.config.schema import Backend as Settings
from crescent.config.schema import Sampling
from crescent.errors import ModelError, StageError
from crescent.generation import server_backend
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.records import Completion
from tests.generation.api import Api, Handler, hang_up, moment, serving, status

REQUESTS = [Request(f"q{number}", f"How many are {number} and 1?", 3) for number in range(12)]


def settings(apis: list[Api], **more: Any) -> Settings:
    given = {"batch_size": 2, "retries": 2, "pause": 0.01} | more
    return Settings(name="server", url=apis[0].url, urls=[api.url for api in apis[1:]], **given)


def ask(settings: Settings, told: list[str] | None = None) -> list[Completion]:
    tell = (lambda line: None) if told is None else told.append
    return ServerBackend(settings, tell=tell).generate(REQUESTS, Sampling(), 1, lambda *_: None)


@pytest.fixture(scope="module")
def reference() -> list[Completion]:
    with serving(Api()) as api:
        return ask(settings([api]))


def served(api: Api) -> set[tuple[str, int]]:
    return {(body["messages"][0]["content"], body["seed"]) for body in api.bodies}


def test_the_work_is_shared_and_who_answers_changes_nothing(reference: list[Completion]) -> None:
    with ExitStack() as stack:
        apis = [stack.enter_context(serving(Api(faults=[moment] * 100))) for _ in range(3)]
        assert ask(settings(apis)) == reference
    asked = [served(api) - {("Hi", 1)} for api in apis]
    assert all(len(some) >= 2 for some in asked)
    assert sum(map(len, asked)) == len(reference)


@pytest.mark.parametrize("fault", [hang_up, status(500)], ids=["no answer", "500"])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_one_that_dies_is_left_out_and_said(after: int, fault: Any, reference: list[Completion]) -> None:
    """`after` 0: while it is asked what it offers. Till then the other one takes its time."""
    told: list[str] = []
    ill = Api(faults=[moment] * after + [fault] * 100)

    def wait(handler: Handler) -> None:
        while len(ill.bodies) <= after:
            time.sleep(0.01)
        moment(handler)

    with serving(Api(faults=[moment] + [wait] * 100)) as well, serving(ill):
        assert ask(settings([ill, well]), told) == reference
    [line] = told
    assert line.startswith(f"server {ill.url} is left out: failed 3 times in a row (")
    assert line.endswith("; the other goes on")


def test_one_that_is_not_there_at_the_start_is_left_out(reference: list[Completion]) -> None:
    told: list[str] = []
    with serving(Api()) as gone:
        pass
    with serving(Api()) as one, serving(Api()) as other:
        assert ask(settings([gone, one, other]), told) == reference
    [line] = told
    assert line.startswith(f"server {gone.url} is left out: ")
    assert line.endswith("; the other 2 go on")


def test_when_the_last_one_dies_it_is_an_error() -> None:
    one, other = Api(faults=[hang_up] * 100), Api(faults=[moment] * 2 + [hang_up] * 100)
    kept = pytest.raises(StageError, match="What is finished is kept; start the same command again")
    with serving(one), serving(other), kept:
        ask(settings([one, other]))


def test_one_that_comes_back_is_asked_again(monkeypatch: pytest.MonkeyPatch, reference: list[Completion]) -> None:
    monkeypatch.setattr(server_backend, "RETURN_SECONDS", 0.05)
    told: list[str] = []
    back = threading.Event()

    def wait(handler: Handler) -> None:
        back.wait(30)
        moment(handler)

    with (
        serving(Api(faults=[moment, *[wait] * 4])) as well,
        serving(Api(faults=[moment] + [hang_up] * 6)) as ill,
    ):

        def tell(line: str) -> None:
            told.append(line)
            if line.endswith("is back"):
                back.set()

        backend = ServerBackend(settings([ill, well]), tell=tell)
        assert backend.generate(REQUESTS, Sampling(), 1, lambda *_: None) == reference
    assert told[-1] == f"server {ill.url} is back"
    assert len(told) == 2
    assert len(ill.bodies) > 1 + 6 + 1


def test_servers_of_different_models_do_not_share(reference: list[Completion]) -> None:
    one, two = Api(models=("one",)), Api(models=("two",))
    refused = pytest.raises(ModelError, match=r"serves one and .* serves two: servers that share")
    with serving(one), serving(two), refused as failure:
        ask(settings([one, two]))
    assert "\n" not in str(failure.value)
    assert not one.bodies + two.bodies


def test_a_field_that_one_of_them_refuses_is_asked_of_none() -> None:
    with serving(Api(refused=("logprobs",))) as one, serving(Api()) as other:
        rows = ask(settings([other, one]))
    assert {row.logprob for row in rows} == {None}
    assert all("logprobs" not in body for body in other.bodies[1:])


def restarted(api: Api, model: str, settings: Settings, told: list[str]) -> list[Completion]:
    """What comes back when `api` restarts with `model` at the same address after the first shard."""
    first, port = Api(), urlsplit(api.url).port
    with serving(first, port or 0):
        stream = ServerBackend(replace(settings, batch_size=1), tell=told.append).stream(
            [(0, REQUESTS[:1]), (1, REQUESTS[1:])], Sampling(), 1, lambda *_: None
        )
        rows = next(stream)[1]
    with serving(Api(models=(model,)), port or 0):
        return rows + [row for _, more in stream for row in more]


def test_a_restart_with_another_model_is_noticed(reference: list[Completion]) -> None:
    with serving(Api()) as api:
        pass
    assert restarted(api, "nano", settings([api], retries=30), []) == reference
    with pytest.raises(StageError, match="now serves other and no longer nano: its replies are not taken") as failure:
        restarted(api, "other", settings([api], retries=30), [])
    assert "\n" not in str(failure.value)
