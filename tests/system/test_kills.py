"""Killed at any moment and started again, a run ends with the files of an undisturbed one."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.commandline import TINY, begin, contents, crescent, differences, run_folder, shards, tail

pytestmark = pytest.mark.system
QUICK = ("+experiment=nano_quick",)
KILLS = 20


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_sigkill_at_twenty_random_moments(tmp_path: Path) -> None:
    whole = crescent(*QUICK, output=tmp_path / "whole")
    assert whole.returncode == 0, tail(whole)
    rng = random.Random(20)
    finished: dict[Path, tuple[int, int]] = {}
    killed = 0
    for _ in range(KILLS):
        process = begin(*QUICK, output=tmp_path / "killed")
        try:
            process.communicate(timeout=rng.uniform(0.5, 9.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
        now = shards(tmp_path / "killed") if (tmp_path / "killed").exists() else {}
        again = [path.name for path, mark in finished.items() if now.get(path) != mark]
        assert not again, f"finished shards were lost or made again: {again}"
        finished = now
    last = crescent(*QUICK, output=tmp_path / "killed")
    assert last.returncode == 0, tail(last)
    assert killed > 0
    assert all(shards(tmp_path / "killed")[path] == mark for path, mark in finished.items())
    one, other = contents(run_folder(tmp_path / "whole")), contents(run_folder(tmp_path / "killed"))
    assert differences(one, other) == []


def test_killed_in_the_middle_of_training(undisturbed: Path, tmp_path: Path) -> None:
    process = begin(*TINY, output=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("*/round-01/training/scratch/checkpoints/*")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    done = crescent(*TINY, output=tmp_path)
    assert done.returncode == 0, tail(done)
    assert differences(contents(undisturbed), contents(run_folder(tmp_path))) == []


def test_less_memory_for_training_is_asked_for_by_the_same_run(tmp_path: Path) -> None:
    """As the guide says: the same command with smaller passes finds its folder and goes on from the checkpoint."""
    one = ("rounds=1", "evaluation.base=false", "evaluation.gate.enabled=false", "evaluation.tasks=[nano_math]")
    longer = (*TINY, *one, "training.epochs=3", "trainer.threads=1")
    process = begin(*longer, output=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("*/round-01/training/scratch/checkpoints/step-*")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    folder = run_folder(tmp_path)
    kept = shards(folder)
    less = ("training.micro_batch_tokens=64", "training.gradient_checkpointing=true", "model.licence=mit")
    done = crescent(*longer, *less, output=tmp_path)
    assert done.returncode == 0, tail(done)
    assert run_folder(tmp_path) == folder
    assert all(shards(folder).get(path) == mark for path, mark in kept.items())


@pytest.fixture
def heard() -> Iterator[None]:
    """What is started now hears every signal, also where the tests themselves were started to ignore some (`nohup`)."""
    ignored = [number for number in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_says_one_line_and_keeps_everything(
    undisturbed: Path, tmp_path: Path, heard: None, number: int
) -> None:
    process = begin(*TINY, output=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("*/round-01/answers/solutions/00/*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.02)
    kept = shards(tmp_path)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1] == "interrupted; the same command goes on from here"
    assert "Traceback" not in out + err
    assert json.loads((run_folder(tmp_path) / "status.json").read_text())["state"] == "interrupted"
    done = crescent(*TINY, output=tmp_path)
    assert done.returncode == 0, tail(done)
    assert all(shards(tmp_path).get(path) == mark for path, mark in kept.items())
    assert differences(contents(undisturbed), contents(run_folder(tmp_path))) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_while_libraries_are_loaded_says_the_same_line(tmp_path: Path, heard: None, number: int) -> None:
    process = begin(*TINY, output=tmp_path)
    assert process.stderr is not None
    assert "loading PyTorch" in process.stderr.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1] == "interrupted; the same command goes on from here"
    assert "Traceback" not in out + err
    assert not list(tmp_path.glob("*/round-*"))


def test_a_complete_run_says_so_and_loads_no_model_library(undisturbed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*") if path.is_file()}
    again = crescent(*TINY, output=undisturbed.parent, env=_importing_prints())
    assert again.returncode == 0, tail(again)
    assert "This run is complete" in again.stdout
    assert "nano_math" in again.stdout
    assert "import time:" in again.stderr
    for heavy in ("torch", "transformers", "lm_eval", "pytorch_lightning"):
        assert f"| {heavy}\n" not in again.stderr
    rewritten = {"run.lock", "environment.json", "config.yaml"}
    changed = [p.name for p, t in before.items() if p.stat().st_mtime_ns != t and p.name not in rewritten]
    assert changed == []


def test_the_same_command_with_more_rounds_goes_on(undisturbed: Path, tmp_path: Path) -> None:
    one = crescent(*TINY, "rounds=1", output=tmp_path)
    assert one.returncode == 0, tail(one)
    kept = shards(tmp_path)
    two = crescent(*TINY, "rounds=2", output=tmp_path)
    assert two.returncode == 0, tail(two)
    assert all(shards(tmp_path).get(path) == mark for path, mark in kept.items())
    ours, theirs = contents(run_folder(tmp_path)), contents(undisturbed)
    assert [n for n in differences(ours, theirs) if n not in ("config.yaml", "summary.json")] == []


def _importing_prints() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}
