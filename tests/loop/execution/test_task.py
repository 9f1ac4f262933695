from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.errors import ConfigError, CrescentError, MissingExtraError, StageError
from crescent.loop.execution.task import Outcome, Task, read, write
from crescent.loop.stages.context import ModelRef
from tests.conftest import tiny


def task(**changes: Any) -> Task:
    config = asdict(tiny())
    values = {"stage": "answers", "arguments": ["round-01"], "run": "/runs/one", "config": config, "devices": 1}
    base = ModelRef("base", "embedded:nano", "0f")
    return Task(**{**values, "nodes": 1, "base": base, "student": None, "version": "1", **changes})


def test_a_task_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "task.json", task())
    assert read(tmp_path / "task.json", Task) == task()
    assert read(tmp_path / "absent.json", Task) is None


def test_where_the_work_is_done_makes_no_other_task() -> None:
    elsewhere = asdict(tiny())
    elsewhere["trainer"]["devices"], elsewhere["executor"], elsewhere["rounds"] = 4, "process", 9
    assert task(run="/runs/two", config=elsewhere, devices=4).digest == task().digest


@pytest.mark.parametrize("change", [{"arguments": ["round-02"]}, {"stage": "dataset"}, {"version": "2"}])
def test_what_is_done_makes_another_task(change: dict[str, Any]) -> None:
    assert task(**change).digest != task().digest
    config = asdict(tiny())
    config["seed"] = 7
    assert task(config=config).digest != task().digest


@pytest.mark.parametrize(
    "error",
    [StageError("no pair is left"), ConfigError(["one", "two"]), MissingExtraError("peft", "LoRA", "lora")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_on_the_other_side(error: CrescentError) -> None:
    message = msgspec.json.decode(msgspec.json.encode(Outcome.failed(task(), error)), type=Outcome).raised()
    assert (type(message), str(message), message.exit_code) == (type(error), str(error), error.exit_code)
