"""A whole run that vLLM writes for: it loses neither the votes nor what is finished, whoever is killed."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.generation.test_vllm_engine import running
from tests.generation.vllm import PYTHON, needs_vllm
from tests.system.commandline import begin, crescent, run_folder, shards, tail

pytestmark = [needs_vllm, pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(900)]
QUICK = (
    "+experiment=nano_quick",
    "backend=vllm",
    f"backend.python={PYTHON}",
    "backend.shard_size=8",
    "evaluation.limit=20",
)
FEW_AT_A_TIME = "backend.batch_size=8"
SOLUTIONS = "*/round-01/answers/solutions/00/*.jsonl"


def engine_of(process: "subprocess.Popen[str]") -> int:
    """The child of the run that writes its log; vLLM gives it a name of its own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    logging = [child for child in children if Path(f"/proc/{child}/fd/1").readlink().name == "vllm.log"]
    return int(logging[0])


def begun(output: Path, more_than: int) -> "tuple[subprocess.Popen[str], int]":
    """A run in the middle of sampling solutions, a few at a time, and its engine."""
    process = begin(*QUICK, FEW_AT_A_TIME, output=output)
    deadline = time.monotonic() + 300
    while len(list(output.glob(SOLUTIONS))) <= more_than and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process, engine_of(process)


def test_killed_engine_and_killed_run_go_on_to_the_end_of_nano_quick(tmp_path: Path) -> None:
    process, engine = begun(tmp_path, 0)
    os.kill(engine, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, out + err
    assert "vLLM's process failed: it ended by SIGKILL" in out + err
    assert "the same command goes on from there" in out + err
    kept = shards(tmp_path)
    solved = len(list(tmp_path.glob(SOLUTIONS)))
    assert 0 < solved < 15

    process, engine = begun(tmp_path, solved)
    process.kill()
    process.communicate()
    assert not running(engine)
    kept |= shards(tmp_path)

    done = crescent(*QUICK, output=tmp_path, timeout=600)
    assert done.returncode == 0, tail(done)
    assert all(shards(tmp_path).get(path) == mark for path, mark in kept.items())
    folder = run_folder(tmp_path)
    rows = [line for file in tmp_path.glob(SOLUTIONS) for line in file.read_text().splitlines()]
    assert len(rows) == 4 * 120
    assert (folder / "round-02/training/model/config.json").is_file()
    assert (folder / "summary.json").is_file()
