"""The worker that compares formulas: its limits, its restarts, its use from threads."""

import logging
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from crescent.voting import symbolic
from crescent.voting.symbolic import Comparer

pytest.importorskip("math_verify")

HANGING = ("2^{2^{2^{2^{2^{2}}}}}x+1", "3^{3^{3^{3^{3}}}}x+2")


@pytest.fixture
def comparer() -> Iterator[Comparer]:
    one = Comparer(seconds=3.0)
    yield one
    one.close()


def worker(comparer: Comparer) -> int:
    assert comparer._worker is not None
    return comparer._worker.pid


def test_a_worker_is_started_once_and_reused(comparer: Comparer) -> None:
    assert comparer._worker is None
    assert comparer.same("x+1", "1+x")
    first = worker(comparer)
    assert not comparer.same("x+1", "x+2")
    assert worker(comparer) == first


def test_a_hanging_expression_costs_its_limit_once(comparer: Comparer, caplog: pytest.LogCaptureFixture) -> None:
    comparer.seconds = 1.0
    with caplog.at_level(logging.WARNING):
        assert not comparer.same(*HANGING)
    assert (comparer.failures, comparer.given_up) == (1, 1)
    assert "count as different" in caplog.text
    compared = comparer.compared
    assert not comparer.same(*reversed(HANGING))
    assert comparer.compared == compared  # remembered, not tried again
    assert (comparer.failures, comparer.given_up) == (1, 2)  # given up all the same
    comparer.seconds = 5.0
    assert comparer.same("x+1", "1+x")
    assert comparer.failures == 1


def test_a_worker_killed_from_outside_is_replaced(comparer: Comparer) -> None:
    assert comparer.same("x+1", "1+x")
    first = worker(comparer)
    os.kill(first, signal.SIGKILL)
    assert comparer.same("2x+1", "1+2x")
    assert worker(comparer) != first
    assert comparer.failures == 0


def test_a_worker_without_memory_is_a_failure_not_a_crash() -> None:
    comparer = Comparer(seconds=20.0, megabytes=40)
    assert not comparer.same("x+1", "1+x")
    assert comparer.failures == 1
    comparer.close()


def test_threads_share_the_worker(comparer: Comparer) -> None:
    pairs = [(f"x+{number}", f"{number}+x") for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda pair: comparer.same(*pair), pairs))
    assert comparer.failures == 0


def test_new_limits_replace_the_worker(comparer: Comparer) -> None:
    assert comparer.same("x+1", "1+x")
    first = worker(comparer)
    comparer.configure(seconds=2.0, megabytes=comparer.megabytes)
    assert comparer.same("x+2", "2+x")
    assert worker(comparer) == first
    comparer.configure(seconds=2.0, megabytes=1500)
    assert comparer.same("x+3", "3+x")
    assert worker(comparer) != first


def test_long_expressions_are_not_compared(comparer: Comparer) -> None:
    assert not comparer.same("x" * 301, "x+1")
    assert comparer._worker is None
    assert comparer.given_up == 1


def test_without_math_verify_it_says_so_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(symbolic, "find_spec", lambda name: None)
    comparer = Comparer()
    with caplog.at_level(logging.WARNING):
        assert not comparer.same("x+1", "1+x")
        assert not comparer.same("x+2", "2+x")
    assert caplog.text.count("not installed") == 1
    assert comparer.given_up == 0  # nothing was to be compared
