"""Sweeps on a real Slurm: submitted, killed, cancelled, preempted, out of time. What counts is in the run folders."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.commandline import TINY, contents, differences
from tests.test_conf_tree import composed

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(600)]

SLURM = "hydra/launcher=slurm"
OWN = """\
# @package _global_
defaults: [nano_quick, _self_]
name: own
rounds: 1
training: {checkpoint_minutes: 0}
evaluation: {base: false, gate: {enabled: false}}
"""
Environment = dict[str, str]


@contextmanager
def sweep(slurm: Environment, output: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The submitting command, which waits for its jobs."""
    command = [sys.executable, "-m", "crescent", "-m", *TINY[1:], *arguments, SLURM, f"output_dir={output}"]
    process = subprocess.Popen(
        command, env=slurm, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def once(look: Callable[[], Any], seconds: float = 200.0) -> Any:
    """What `look` returns once that is true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)
    return found


def json_of(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def began(folder: Path, stage: str) -> bool:
    return (folder / stage / "stage.json").exists()


def folder_of(output: Path, seed: int) -> Path | None:
    return next((path for path in output.glob(f"*-seed{seed}*") if (path / "run.lock").exists()), None)


def jobs(output: Path) -> list[str]:
    [found] = output.glob("multirun/slurm-*/jobs.json")
    return [entry["job"] for entry in json_of(found)["jobs"]]


@pytest.fixture(scope="module")
def swept(slurm: Environment, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """Four jobs on two CPUs: 1 is left alone, 2 is killed, 3 is cancelled, and while 4 waits `conf/` is edited.

    Returns the output folder, what the submitting command printed, and its exit code.
    """
    output = tmp_path_factory.mktemp("swept")
    experiments = output / "conf" / "experiment"
    experiments.mkdir(parents=True)
    (experiments / "own.yaml").write_text(OWN)
    own = ["+experiment=own", "seed=1,2,3,4", "--config-dir", str(output / "conf")]
    with sweep(slurm, output, *own) as submitting:
        once(lambda: list(output.glob("multirun/slurm-*/jobs.json")))
        (experiments / "own.yaml").write_text("rounds: not a number\n")
        second = once(lambda: folder_of(output, 2))
        once(lambda: began(second, "round-01/answers"))
        os.kill(json_of(second / "run.lock")["process"], signal.SIGKILL)
        third = once(lambda: folder_of(output, 3))
        once(lambda: began(third, "round-01/questions"))
        subprocess.run(["scancel", jobs(output)[2]], env=slurm, check=True)
        printed, _ = submitting.communicate(timeout=400)
    return output, printed, submitting.returncode


def test_a_killed_and_a_cancelled_job_do_not_lose_the_others(swept: tuple[Path, str, int]) -> None:
    output, printed, code = swept
    assert code == 130, printed
    states = [json_of(folder_of(output, seed) / "status.json")["state"] for seed in (1, 2, 3, 4)]
    assert states == ["complete", "running", "interrupted", "complete"], printed
    first, second, third, fourth = [line for line in printed.splitlines() if " -> " in line and line.startswith("job ")]
    assert "done: seed=1" in first
    assert "ended without a word (failed, " in second
    assert "exit code 130: seed=3" in third
    assert "done: seed=4" in fourth


def test_the_sweep_ends_with_the_table_that_a_local_one_ends_with(swept: tuple[Path, str, int]) -> None:
    output, printed, _ = swept
    lines = printed.splitlines()
    table = lines[lines.index("run\tstate\tstage\tprogress\tfigures") :]
    assert [line.split("\t")[:2] for line in table if "\t" in line][1:] == [
        [folder_of(output, seed).name, state]
        for seed, state in zip((1, 2, 3, 4), ("complete", "interrupted", "interrupted", "complete"), strict=True)
    ]
    assert table[-1].startswith("4 runs: 2 complete, 2 interrupted; the same command goes on with the 2")


def test_editing_conf_after_submission_changes_no_queued_job(swept: tuple[Path, str, int]) -> None:
    output, printed, _ = swept
    for seed in (1, 4):
        config = (folder_of(output, seed) / "config.yaml").read_text()
        assert "name: own\n" in config, printed
        assert "rounds: 1\n" in config


def test_status_tells_what_can_be_resumed(swept: tuple[Path, str, int], slurm: Environment) -> None:
    output, _, _ = swept
    [folder] = output.glob("multirun/slurm-*")
    done = subprocess.run(
        [sys.executable, "-m", "crescent", "status", str(folder)], env=slurm, capture_output=True, text=True, check=True
    )
    _header, *rows, last = done.stdout.splitlines()
    assert [row.split("\t")[1] for row in rows] == ["complete", "interrupted", "interrupted", "complete"]
    assert all(f"(job {job})" in row for job, row in zip(jobs(output), rows, strict=True))
    assert last.startswith("4 runs: 2 complete, 2 interrupted; the same command goes on with the 2")


def test_a_preempted_job_comes_back_and_ends_the_same(
    swept: tuple[Path, str, int], slurm: Environment, tmp_path: Path
) -> None:
    experiments = tmp_path / "conf" / "experiment"
    experiments.mkdir(parents=True)
    (experiments / "own.yaml").write_text(OWN)
    with sweep(slurm, tmp_path, "+experiment=own", "seed=1", "--config-dir", str(tmp_path / "conf")) as submitting:
        folder = once(lambda: folder_of(tmp_path, 1))
        once(lambda: list(folder.glob("round-01/answers/solutions/00/*.jsonl")))
        urgent = ["sbatch", "--partition=urgent", "--nodes=2", "--output=/dev/null", "--wrap=sleep 2"]
        subprocess.run(urgent, env=slurm, check=True, capture_output=True)
        printed, _ = submitting.communicate(timeout=300)
    assert submitting.returncode == 0, printed
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [event["reason"] for event in events if event["event"] == "end"] == ["KeyboardInterrupt"], printed
    assert differences(contents(folder), contents(folder_of(swept[0], 1))) == []


def test_a_job_out_of_time_saves_its_state_and_goes_on(slurm: Environment, tmp_path: Path) -> None:
    long = ["rounds=1", "evaluation.base=false", "evaluation.gate.enabled=false", "training.epochs=1000"]
    minutes = ["hydra.launcher.time_min=60", "hydra.launcher.signal_delay_s=50"]
    with sweep(slurm, tmp_path, "+experiment=nano_quick", *long, *minutes) as submitting:
        folder = once(lambda: folder_of(tmp_path, 1))
        checkpoints = folder / "round-01" / "training" / "scratch" / "checkpoints"
        once(lambda: list(checkpoints.glob("step-*")))
        # Within half a minute Slurm finds that fewer than the 50 seconds of its warning are left of the one minute.
        limit(slurm, jobs(tmp_path)[0], 1)
        once(lambda: '"end"' in (folder / "events.jsonl").read_text())
        limit(slurm, jobs(tmp_path)[0], 60)
        kept = max(checkpoints.glob("step-*"))
        once(lambda: [path for path in checkpoints.glob("step-*") if path.name > kept.name])
        subprocess.run(["scancel", jobs(tmp_path)[0]], env=slurm, check=True)
        printed, _ = submitting.communicate(timeout=100)
    assert submitting.returncode == 130, printed
    begun = [line for line in (folder / "events.jsonl").read_text().splitlines() if '"begin"' in line]
    assert sum("round-01/training" in line for line in begun) == 2
    assert sum("round-01/answers" in line for line in begun) == 1


def limit(slurm: Environment, job: str, minutes: int) -> None:
    subprocess.run(["scontrol", "update", f"JobId={job}", f"TimeLimit={minutes}"], env=slurm, check=True)


def test_a_failing_job_leaves_its_traceback_in_its_folder(slurm: Environment, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(asdict(composed("+experiment=nano_quick", *TINY[1:]))))
    (folder / "events.jsonl").mkdir()  # a folder where the run wants a file
    with sweep(slurm, tmp_path, "+experiment=nano_quick", f"run_dir={folder}") as submitting:
        printed, _ = submitting.communicate(timeout=200)
    assert submitting.returncode == 1, printed
    assert "exit code 1" in printed
    assert "Traceback" in (folder / "traceback.txt").read_text()


def test_a_stage_over_two_nodes_makes_the_same_rows(
    swept: tuple[Path, str, int], slurm: Environment, tmp_path: Path
) -> None:
    experiments = tmp_path / "conf" / "experiment"
    experiments.mkdir(parents=True)
    (experiments / "own.yaml").write_text(OWN)
    own = ["+experiment=own", "seed=1", "--config-dir", str(tmp_path / "conf")]
    with sweep(slurm, tmp_path, *own, "executor=process", "trainer.nodes=2", "trainer.accelerator=cpu") as submitting:
        printed, _ = submitting.communicate(timeout=400)
    folder, alone = folder_of(tmp_path, 1), folder_of(swept[0], 1)
    assert submitting.returncode == 0, printed + (folder / "status.json").read_text()
    for stage in ("questions", "answers", "dataset"):
        ours, theirs = contents(folder / "round-01" / stage), contents(alone / "round-01" / stage)
        assert differences(ours, theirs) == []
    assert len(list(folder.glob("processes/round-01.training/rank-*.pid"))) == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["-m", "hydra.launcher.partition=mian"], "no such partition; there are main, urgent; did you mean main?"),
        (["-m", "hydra.launcher.gpus_per_node=2"], "2 GPUs per node are more than partition main has (0)"),
        (["-m", "hydra.launcher.nodes=3"], "hydra.launcher.nodes=3 is more than partition main has (2)"),
        (["-m", "hydra.launcher.partition=urgent"], "more than partition urgent allows (60)"),
        (["-m", "hydra.launcher.constraint=fast", "++hydra.launcher.options.comment=x"], "Slurm refuses the job"),
        (["-m", "seed=1,2", "name=same", "run_dir=outputs/same"], "several runs of this sweep would share this folder"),
        ([], "without -m the run would be done here"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(slurm: Environment, tmp_path: Path, arguments: list[str], line: str) -> None:
    command = [sys.executable, "-m", "crescent", *arguments, SLURM, f"output_dir={tmp_path}"]
    done = subprocess.run(command, env=slurm, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_the_shipped_script_runs_and_comes_back(slurm: Environment, tmp_path: Path) -> None:
    script = Path(__file__).parents[3] / "docs" / "slurm" / "crescent.sbatch"
    quick = [*TINY, "rounds=1", "evaluation.base=false", "evaluation.gate.enabled=false", f"output_dir={tmp_path}"]
    environment = {**slurm, "PYTHON": sys.executable}
    submitted = subprocess.run(
        ["sbatch", "--parsable", f"--output={tmp_path}/log", str(script), *quick],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    job = submitted.stdout.strip()
    folder = once(lambda: folder_of(tmp_path, 1))
    once(lambda: began(folder, "round-01/answers"))
    # What Slurm does two minutes before the time limit.
    subprocess.run(["scancel", "--signal=USR1", job], env=slurm, check=True)
    once(lambda: "back into the queue" in (tmp_path / "log").read_text())
    assert once(lambda: json_of(folder / "status.json")["state"] == "complete")
    assert (folder / "report.html").exists()
    shutil.rmtree(folder)
