"""`executor=process` as the loop uses it: real processes, in a copy of the finished run with one stage taken out."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from crescent.config.schema import Config
from crescent.errors import ProcessError, StageError
from crescent.generation.request import Request
from crescent.loop.execution.executor import executor
from crescent.loop.stages.assignments import Assignment
from crescent.loop.stages.context import Context
from crescent.records import Completion
from crescent.runs.atomic import publish
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

ANSWERS = "round-01/answers"


def manifest(run: Path, name: str) -> Manifest:
    found = read_sealed(run / name / MANIFEST, Manifest)
    assert found is not None
    return found


def in_processes(devices: int = 1) -> Config:
    config = tiny()
    config.executor, config.trainer.devices = "process", devices
    return config


@pytest.fixture
def without_answers(copied_run: Path) -> Path:
    shutil.rmtree(copied_run / ANSWERS)
    return copied_run


@pytest.mark.parametrize("devices", [1, 2])
def test_a_stage_makes_the_same_files(
    finished_run: Path, without_answers: Path, context_of: Callable[..., Context], devices: int
) -> None:
    context = context_of(without_answers, in_processes(devices))
    asked = manifest(without_answers, "round-01/questions")
    made = executor(context)("answers", "round-01", context.base, asked)
    assert made.files == manifest(finished_run, ANSWERS).files
    assert made.facts == manifest(finished_run, ANSWERS).facts
    pids = {path.name for path in (without_answers / "processes" / "round-01.answers").glob("*.pid")}
    assert pids == {f"rank-{rank}.pid" for rank in range(devices)}


def test_processes_share_the_items_of_a_benchmark(
    finished_run: Path, copied_run: Path, context_of: Callable[..., Context]
) -> None:
    config = in_processes(2)
    config.backend.shard_size = 2
    shutil.rmtree(copied_run / "base/evaluation")
    context = context_of(copied_run, config)
    made = executor(context)("evaluation", "base", context.base)
    before = manifest(finished_run, "base/evaluation")
    assert made.facts == before.facts
    results = [file for file in before.files if file.startswith("results/")]
    assert {file: made.files[file] for file in results} == {file: before.files[file] for file in results}
    assert sum(file.startswith("completions/") for file in made.files) == 6


def test_what_a_process_found_finished_needs_no_other(
    copied_run: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(copied_run, in_processes())
    asked = manifest(copied_run, "round-01/questions")
    first = executor(context)("answers", "round-01", context.base, asked)
    monkeypatch.setattr("crescent.loop.execution.process.command", lambda *arguments: ["false"])
    assert executor(context)("answers", "round-01", context.base, asked) == first
    (copied_run / ANSWERS / MANIFEST).unlink()
    with pytest.raises(ProcessError, match="ended with exit code 1"):
        executor(context)("answers", "round-01", context.base, asked)


def test_an_error_of_the_stage_is_raised_here(copied_run: Path, context_of: Callable[..., Context]) -> None:
    config = in_processes()
    config.questions.sampling.max_new_tokens = 1
    shutil.rmtree(copied_run / "round-01/questions")
    context = context_of(copied_run, config)
    with pytest.raises(StageError, match="none of the 20 texts"):
        executor(context)("questions", 1, context.base, [])


def test_a_crash_is_one_line_and_a_log(without_answers: Path, context_of: Callable[..., Context]) -> None:
    asked = manifest(without_answers, "round-01/questions")
    (without_answers / ANSWERS).write_text("in the way of the stage's folder")
    context = context_of(without_answers, in_processes())
    with pytest.raises(ProcessError) as message:
        executor(context)("answers", "round-01", context.base, asked)
    assert "round-01.answers: its process ended with exit code 1 (" in str(message.value)
    log = without_answers / "processes/round-01.answers/rank-0.log"
    assert str(log) in str(message.value)
    assert "Traceback" in log.read_text()


SCRIPT = """
import sys
from pathlib import Path
from tests.conftest import tiny
from crescent.commands.run import start
config = tiny()
config.executor, config.trainer.devices = "process", int(sys.argv[2])
sys.exit(start(config, Path(sys.argv[1])))
"""


@pytest.mark.parametrize("devices", [1, 2])
def test_no_process_outlives_the_run(without_answers: Path, devices: int) -> None:
    (without_answers / "status.json").unlink()
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(without_answers), str(devices)], stderr=subprocess.DEVNULL
    )
    folder = without_answers / "processes" / "base.evaluation"
    files = [folder / f"rank-{rank}.pid" for rank in range(devices)]
    deadline = time.monotonic() + 120
    while not all(path.exists() and path.read_text() for path in files):
        assert parent.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    workers = [int(path.read_text()) for path in files]
    parent.kill()
    parent.wait()
    while any(alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(worker) for worker in workers)


def test_an_interrupt_ends_the_run_and_its_processes(without_answers: Path) -> None:
    (without_answers / "status.json").unlink()
    parent = subprocess.Popen([sys.executable, "-c", SCRIPT, str(without_answers), "1"], stderr=subprocess.PIPE)
    pid = without_answers / "processes" / "base.evaluation" / "rank-0.pid"
    deadline = time.monotonic() + 120
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    worker = int(pid.read_text())
    parent.send_signal(signal.SIGTERM)
    parent.communicate(timeout=60)
    assert parent.returncode != 0
    assert not alive(worker)
    assert '"interrupted"' in (without_answers / "status.json").read_text()


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_what_a_killed_start_left_is_neither_order_nor_answer_to_the_next(
    finished_run: Path, copied_run: Path, context_of: Callable[..., Context]
) -> None:
    """Both ranks find answers to other requests, and an order of then that bears the number of the first one of now."""
    folder = copied_run / "round-01" / "questions"
    (folder / MANIFEST).unlink()
    for path in [*folder.glob("waves/*"), *folder.glob("accepted/*"), *folder.glob("drops/*")]:
        path.unlink()
    written = ShardFolder(folder / "written-001")
    foreign = written.read(2, Completion)
    for index in (0, 1):
        written.write(index, foreign, asked="f" * 16)
    ShardFolder(folder / "rewritten-001-1").write(0, foreign, asked="f" * 16)
    context = context_of(copied_run, in_processes(devices=2))
    old = Assignment("rewritten-001-1", [Request("foreign", "What?")])
    publish(copied_run / "processes/round-01.questions/exchange/assignments/1.json", msgspec.json.encode(old))
    made = executor(context)("questions", 1, context.base, [])
    expected = manifest(finished_run, "round-01/questions")
    assert (made.files, made.facts) == (expected.files, expected.facts)
