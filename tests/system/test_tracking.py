"""The process beside the run: real command lines, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crescent.runs.folder import read_json
from tests.reporting.tracking.recorded import history, kinds, logs
from tests.system.commandline import TINY, begin, contents, crescent, differences, run_folder, tail

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
CSV = (*TINY, "tracking=csv")


def offline(tmp_path: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WANDB_")}
    return kept | {"HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}


def csv_rows(folder: Path) -> list[list[str]]:
    return [line.split(",") for line in (folder / "tracking/figures.csv").read_text().splitlines()[1:]]


def wait_for(output: Path, pattern: str) -> None:
    deadline = time.monotonic() + 200
    while not list(output.glob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_killed_and_resumed_in_one_wandb_run(tmp_path: Path) -> None:
    """Killed with SIGKILL in the middle of a round: one id, no figure twice, steps that rise, all figures there."""
    pytest.importorskip("wandb")
    output = tmp_path / "out"
    tracking = ("tracking=wandb", "tracking.wandb.mode=offline", "tracking.csv=true")
    environment = offline(tmp_path)
    command = [sys.executable, "-m", "crescent", *TINY, *tracking, f"output_dir={output}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    wait_for(output, "*/round-01/answers/solutions/00/*.jsonl")
    process.kill()
    process.wait()
    done = crescent(*TINY, *tracking, output=output, env=environment)
    assert done.returncode == 0, tail(done)
    folder = run_folder(output)
    starts = logs(folder / "tracking")
    assert len(starts) == 2
    assert len({run.run_id for log in starts for run in kinds(log, "run")}) == 1
    rows = [row for log in starts for row in history(log)]
    steps = [row["_step"] for row in rows]
    assert steps == sorted(set(steps))
    assert [end.exit_code for log in starts for end in kinds(log, "exit")] == [1, 0], "the first was killed"
    assert all(kinds(log, "stats") for log in starts), "system metrics"
    figures = {(int(step), name): float(value) for step, _, name, value in csv_rows(folder)}
    logged = {(row["_step"], name): row[name] for row in rows for name in row if (row["_step"], name) in figures}
    assert logged == pytest.approx(figures), "both trackers were given the same"
    summary = read_json(folder / "summary.json")
    assert summary is not None
    for part in summary["rounds"]:
        measured = [row for row in rows if "benchmark/nano_math" in row and row["round"] == part["round"]]
        assert [row["benchmark/nano_math"] for row in measured] == [part["evaluation"]["nano_math"]["value"]]


def test_tracking_changes_no_result(undisturbed: Path, tmp_path: Path) -> None:
    done = crescent(*CSV, output=tmp_path)
    assert done.returncode == 0, tail(done)
    mine = {name: file for name, file in contents(run_folder(tmp_path)).items() if not name.startswith("tracking/")}
    expected = contents(undisturbed)
    for found in (mine, expected):
        del found["config.yaml"]
        del found["summary.json"]["config"]["tracking"]
    assert differences(expected, mine) == []
    before = csv_rows(run_folder(tmp_path))
    assert {row[2] for row in before} >= {"training/loss", "wave/diversity/vendi", "dev/best", "gain/nano_math/low"}
    again = crescent(*CSV, output=tmp_path)
    assert "This run is complete" in again.stdout
    assert csv_rows(run_folder(tmp_path)) == before


def test_a_run_that_was_complete_before_is_reported_whole(undisturbed: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(undisturbed, tmp_path / undisturbed.name)
    done = crescent(*CSV, output=tmp_path)
    assert "This run is complete" in done.stdout, tail(done)
    assert {"run/best_round", "dev/best"} <= {row[2] for row in csv_rows(tmp_path / undisturbed.name)}


def test_other_ranks_have_no_trackers(undisturbed: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(undisturbed, tmp_path / undisturbed.name)
    crescent(*CSV, output=tmp_path, env=os.environ | {"RANK": "1"})
    assert not (tmp_path / undisturbed.name / "tracking").exists()


def test_a_vote_is_reported_by_itself(undisturbed: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(undisturbed, tmp_path / undisturbed.name)
    done = crescent(*CSV, "stage=vote", "voting.min_agreement=0.75", output=tmp_path)
    assert done.returncode == 0, tail(done)
    [figures] = (tmp_path / undisturbed.name).glob("revotes/*/tracking/figures.csv")
    rows = [line.split(",") for line in figures.read_text().splitlines()[1:]]
    assert {row[1] for row in rows} == {"round-01", "round-02"}
    assert "vote/accepted" in {row[2] for row in rows}
    assert not (tmp_path / undisturbed.name / "tracking").exists()


def test_ctrl_c_ends_both_in_time(tmp_path: Path) -> None:
    process = begin(*CSV, output=tmp_path)
    wait_for(tmp_path, "*/tracking/figures.csv")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted; the same command goes on from here"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("tracking=wandb", "tracking.wandb.mode=online"),
            "tracking.wandb.mode=online needs a login: run `wandb login`",
        ),
        (("tracking.wandb.mode=onlin",), "tracking.wandb.mode=onlin: must be one of off, auto, offline, online"),
    ],
)
def test_mistakes_are_told_before_any_work(tmp_path: Path, arguments: tuple[str, ...], line: str) -> None:
    pytest.importorskip("wandb")
    done = crescent(
        *TINY, *arguments, output=tmp_path / "out", env=offline(tmp_path) | {"PYTHONPROFILEIMPORTTIME": "1"}
    )
    assert done.returncode == 2
    assert line in done.stderr
    assert "| wandb\n" not in done.stderr
    assert not (tmp_path / "out").exists()
