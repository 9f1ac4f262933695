"""The engine's process in trouble; what it does when all is well is in tests/contracts/test_backend.py."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.schema import Backend, Model
from crescent.errors import ModelError, StageError
from crescent.generation.vllm_engine import Engine, engine_settings
from crescent.generation.vllm_protocol import Order, Settings
from crescent.models.locate import locate
from tests.generation import stand_in


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Engine]:
    source = str(Path(__file__).parents[2] / "src")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([stand_in.FOLDER, source]))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return lambda place: Engine(settings(place), tmp_path / "vllm.log")


def settings(place: str) -> Settings:
    return engine_settings(Backend("vllm"), Model(context=64), place, None)


def order(ids: list[int], number: int = 0) -> Order:
    return Order(number=number, ids=ids, n=1, seed=1, max_tokens=4, temperature=1.0, top_p=1.0, stops=[2])


def test_a_model_that_cannot_be_loaded(start: Callable[[str], Engine], tmp_path: Path) -> None:
    place = str(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"vLLM did not start \(.*nowhere.*\); what it said is in") as failure:
        start(place)
    assert "\n" not in str(failure.value)
    log = (tmp_path / "vllm.log").read_text()
    assert f"loading {place}" in log
    assert "Traceback" in log


def test_without_the_package(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No module named 'vllm'"):
        Engine(settings("NOWHERE"), tmp_path / "vllm.log")


def test_an_engine_that_dies_or_is_killed(start: Callable[[str], Engine]) -> None:
    engine = start(locate("embedded:nano"))
    engine.order(order([1, 5, 6]))
    assert engine.result().number == 0
    engine.order(order([3]))
    with pytest.raises(StageError, match=r"RuntimeError: the engine core died.*What is finished is kept"):
        engine.result()
    assert not engine.alive
    engine = start(locate("embedded:nano"))
    os.kill(engine._process.pid, signal.SIGKILL)
    with pytest.raises(StageError, match="ended with code -9"):
        engine.result()
    with pytest.raises(StageError, match="takes no more orders"):
        engine.order(order([1]))


def test_closing_it_ends_the_process(start: Callable[[str], Engine]) -> None:
    engine = start(locate("embedded:nano"))
    process = engine._process
    assert process.poll() is None
    engine.close()
    assert process.poll() is not None
