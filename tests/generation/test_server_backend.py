"""What happens when a server restarts, is busy, fails, is slow, cuts off, or refuses. Real sockets, no mocks."""

import socket
import threading
import time
from contextlib import closing

import pytest

from crescent.config.schema import Backend as Settings
from crescent.config.schema import Sampling
from crescent.errors import StageError
from crescent.generation.request import Request, sample_seed
from crescent.generation.server_backend import ServerBackend
from crescent.records import Completion
from tests.generation.api import Api, Fault, cut, hang_up, nonsense, serving, slow, status

REQUESTS = [Request(f"q{number}", f"How many are {number} and 1?", 2) for number in range(4)]


def ask(settings: Settings, requests: list[Request] = REQUESTS) -> list[Completion]:
    return ServerBackend(settings).generate(requests, Sampling(), 1, lambda *_: None)


@pytest.fixture(scope="module")
def reference() -> list[Completion]:
    with serving(Api()) as api:
        return ask(api.settings())


def test_every_sample_is_asked_for_with_its_own_seed(reference: list[Completion]) -> None:
    asked = [(request, sample) for request in REQUESTS for sample in (0, 1)]
    expected = [f"{request.prompt} {sample_seed(1, request.id, sample) % 2**31}" for request, sample in asked]
    assert [row.text for row in reference] == expected
    assert {(row.tokens, row.prompt_tokens, row.logprob, row.stop) for row in reference} == {(3, 2, -0.5, "stop")}


@pytest.mark.parametrize(
    "fault",
    [status(429), status(500), status(503), status(504), cut, hang_up, nonsense],
    ids=["429", "500", "503", "504", "cut", "hang-up", "nonsense"],
)
@pytest.mark.parametrize("position", [0, 1, 5])
def test_what_passes_is_asked_again(fault: Fault, position: int, reference: list[Completion]) -> None:
    """Position 0 is the question what the server offers, the others are samples."""
    api = Api()
    with serving(api):
        api.faults = [lambda handler: handler._give(api.complete(api.bodies[-1], True), True)] * position + [fault] * 2
        found = ask(api.settings(batch_size=1))
    assert found == reference
    assert not api.faults
    assert len(api.bodies) == 1 + len(reference) + 2


def test_retry_after_is_waited_for() -> None:
    api = Api(faults=[status(429, retry_after="0.7")])
    with serving(api):
        ask(api.settings(), REQUESTS[:1])
    assert api.times[1] - api.times[0] >= 0.7


def test_a_reply_that_takes_too_long_is_asked_for_again(reference: list[Completion]) -> None:
    api = Api(faults=[slow(2.0)])
    with serving(api):
        begin = time.monotonic()
        assert ask(api.settings(timeout=0.2)) == reference
        assert time.monotonic() - begin < 2.0


def test_a_server_may_restart(reference: list[Completion]) -> None:
    """It goes away after the first reply, and comes back at the same address while requests are being repeated."""
    first = Api()
    with serving(first), closing(socket.socket()) as _:
        port = int(first.url.split(":")[2].split("/")[0])
        stream = ServerBackend(first.settings(batch_size=1, retries=30)).stream(
            [(0, REQUESTS[:1]), (1, REQUESTS[1:])], Sampling(), 1, lambda *_: None
        )
        shards = [next(stream)]
    again = threading.Event()

    def restart() -> None:
        time.sleep(0.3)
        with serving(Api(), port):
            again.wait(30)

    thread = threading.Thread(target=restart)
    thread.start()
    with closing(stream):
        shards += list(stream)
    again.set()
    thread.join()
    assert [row for _, rows in sorted(shards) for row in rows] == reference


def test_no_more_requests_at_a_time_than_asked_for() -> None:
    for size in (1, 3):
        api = Api()
        with serving(api):
            ask(api.settings(batch_size=size))
        assert api.most <= size


@pytest.mark.parametrize("refused", [("logprobs",), ("logprobs", "seed")])
def test_fields_that_a_server_does_not_know_are_left_out(refused: tuple[str, ...]) -> None:
    api = Api(refused=refused)
    with serving(api):
        rows = ask(api.settings(batch_size=2), REQUESTS[:2])
    assert [row.logprob for row in rows] == [None] * 4
    assert len(api.bodies) == len(refused) + 1 + 4
    assert all(name not in body for body in api.bodies[len(refused) :] for name in refused)


def test_a_server_that_never_recovers_is_told_in_a_sentence_and_what_is_done_is_kept() -> None:
    api = Api()
    with serving(api):
        stream = ServerBackend(api.settings(batch_size=1, retries=2)).stream(
            [(0, REQUESTS[:1]), (1, REQUESTS[1:])], Sampling(), 1, lambda *_: None
        )
        assert next(stream)[0] == 0
        api.faults = [status(500)] * 100
        with pytest.raises(StageError, match=r"failed 3 times in a row \(500 in a bad way\).*start the same command"):
            next(stream)


def test_a_refusal_is_told_at_once() -> None:
    api = Api(faults=[status(404)])
    with serving(api), pytest.raises(StageError, match="refuses a plain request: 404 in a bad way"):
        ask(api.settings(batch_size=1), REQUESTS[:1] * 3)
    assert len(api.bodies) == 1


def test_the_key_is_sent_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch, reference: list[Completion]) -> None:
    monkeypatch.setenv("CRESCENT_TEST_KEY", "open-sesame")
    api = Api(key="open-sesame")
    with serving(api):
        backend = ServerBackend(api.settings(key_variable="CRESCENT_TEST_KEY"))
        assert backend.generate(REQUESTS, Sampling(), 1, lambda *_: None) == reference
        assert "open-sesame" not in repr(backend.settings)
        api.faults = [status(405)]
        with pytest.raises(StageError, match="refuses") as failure:
            ask(api.settings(key_variable="CRESCENT_TEST_KEY", retries=0), REQUESTS[:1])
    assert "open-sesame" not in str(failure.value)
