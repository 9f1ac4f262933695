import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crescent.commands.status.command import print_runs
from crescent.commands.status.runs import _kept, find_runs, inspect
from crescent.config.schema import Config
from crescent.errors import DataError
from crescent.loop.stages.facts import EvaluationFacts, TaskScore
from crescent.runs.folder import Run, write_json
from crescent.runs.lock import locked
from crescent.runs.names import round_folder
from tests.facts import blank


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another process holds the folder's lock."""
    script = "import sys; from pathlib import Path; from crescent.runs.lock import locked\n"
    script += "with locked(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate("")


def test_a_folder_of_another_format_stands_beside_the_others(copied_run: Path) -> None:
    write_json(copied_run / "environment.json", {"crescent": "0.0.9"})
    run = inspect(copied_run)
    assert run.state == "unreadable"
    assert run.reason is not None
    assert "made by crescent 0.0.9 in folder format 1" in run.reason


def test_a_complete_run(finished_run: Path) -> None:
    run = inspect(finished_run)
    assert (run.state, run.stage, run.progress) == ("complete", "round-02/evaluation", "11 of 11 stages")
    assert next(iter(run.figures)) == "nano_dev"
    before, now = run.figures["nano_math"]
    assert before is not None
    assert 0 <= before <= 1
    assert 0 <= now <= 1
    assert not run.resumable


def test_a_run_that_was_killed_is_no_longer_running(copied_run: Path) -> None:
    write_json(copied_run / "status.json", {"state": "running"})
    with held(copied_run):
        assert inspect(copied_run).state == "running"
    killed = inspect(copied_run)
    assert (killed.state, killed.resumable) == ("interrupted", True)


def test_a_running_run_says_how_far_its_task_is(copied_run: Path) -> None:
    write_json(copied_run / "status.json", {"state": "running"})
    write_json(copied_run / "progress.json", {"task": "solutions", "done": 40, "total": 1600, "unit": "samples"})
    with held(copied_run):
        assert inspect(copied_run).progress == "solutions: 40 of 1,600 samples; stage 11 of 11, about 0 s left"
    assert inspect(copied_run).progress == "11 of 11 stages"


def test_a_run_on_another_machine_is_believed_for_a_minute(copied_run: Path) -> None:
    write_json(copied_run / "status.json", {"state": "running"})
    (copied_run / "run.lock").write_text(json.dumps({"process": 1, "host": "elsewhere", "since": "now"}))
    assert inspect(copied_run).state == "running"
    import os

    for name in ("status.json", "events.jsonl"):
        os.utime(copied_run / name, (0, 0))
    assert inspect(copied_run).state == "interrupted"


def test_asking_does_not_get_in_the_way_of_a_run_that_starts(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    asking = "import sys, time; from pathlib import Path; from crescent.runs.lock import is_held\n"
    asking += "end = time.time() + 1.5\nwhile time.time() < end: is_held(Path(sys.argv[1]))"
    process = subprocess.Popen([sys.executable, "-c", asking, str(tmp_path)])
    taken = 0
    while process.poll() is None:
        with locked(tmp_path):
            taken += 1
    assert process.returncode == 0
    assert taken > 0


def test_folders_of_runs_and_of_sweeps_are_gone_through(finished_run: Path, tmp_path: Path) -> None:
    assert [run.folder for run in find_runs([finished_run.parent])] == [finished_run]
    write_json(
        tmp_path / "jobs.json",
        {"jobs": [{"job": "7_0", "folder": str(finished_run)}, {"job": "7_1", "folder": str(tmp_path / "later")}]},
    )
    assert [(run.state, run.job) for run in find_runs([tmp_path])] == [("complete", "7_0"), ("waiting", "7_1")]


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is no run folder"):
        find_runs([tmp_path])
    with pytest.raises(DataError, match="no such folder"):
        find_runs([tmp_path / "absent"])


@pytest.mark.system
def test_no_model_library_is_loaded(finished_run: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "crescent", "status", "--page", str(finished_run.parent)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 run: 1 complete" in done.stdout
    for heavy in ("torch", "transformers", "lm_eval", "pytorch_lightning", "hydra"):
        assert f"| {heavy}\n" not in done.stderr.replace("|           ", "| ")
    (finished_run.parent / "sweep.html").unlink()


def measured(folder: Path, place: str, value: float) -> None:
    stage = Run(folder, Config()).stage(f"{place}/evaluation", 1, {}, {})
    stage.begin()
    stage.finish(EvaluationFacts(tasks={"nano_dev": blank(TaskScore, value=value)}))


def judged(folder: Path, number: int, best: int) -> None:
    write_json(folder / round_folder(number) / "gate.json", {"accepted": number == best, "best_round": best})


def test_the_figures_are_those_of_the_model_that_the_last_gate_left_in_force(tmp_path: Path) -> None:
    assert _kept(tmp_path, {}) == ("", {})
    measured(tmp_path, "base", 0.5)
    measured(tmp_path, round_folder(9), 0.9)
    assert _kept(tmp_path, {}) == ("base", {"nano_dev": (0.5, 0.5)}), "no gate has spoken yet"
    judged(tmp_path, 9, 9)
    assert _kept(tmp_path, {}) == ("round 9", {"nano_dev": (0.5, 0.9)})
    measured(tmp_path, round_folder(100), 0.7)
    assert _kept(tmp_path, {}) == ("round 9", {"nano_dev": (0.5, 0.9)}), "round 100 is measured and not judged"
    judged(tmp_path, 100, 9)
    assert _kept(tmp_path, {}) == ("round 9", {"nano_dev": (0.5, 0.9)}), "round 100 was rolled back"
    judged(tmp_path, 100, 100)
    assert _kept(tmp_path, {}) == ("round 100", {"nano_dev": (0.5, 0.7)})


@pytest.mark.system
@pytest.mark.parametrize(("best", "kept"), [(0, "base"), (1, "round 1"), (2, "round 2")])
def test_a_person_sees_the_model_that_is_kept(copied_run: Path, best: int, kept: str) -> None:
    judged(copied_run, 1, min(best, 1))
    judged(copied_run, 2, best)
    summary = json.loads((copied_run / "summary.json").read_text())
    scores = {"base": summary["base"]} | {f"round {part['round']}": part for part in summary["rounds"]}
    value = scores[kept]["evaluation"]["nano_dev"]["value"]
    done = subprocess.run(
        [sys.executable, "-m", "crescent", "status", str(copied_run)], capture_output=True, text=True, check=False
    )
    [_, line, _] = done.stdout.splitlines()
    shown = line.split("\t")[-1]
    assert shown.startswith(f"{kept}: nano_dev ")
    assert shown.split(", ")[0].endswith(f"{100 * value:.1f} %")


@pytest.mark.parametrize("width", [80, 200])
def test_no_name_is_cut_whatever_the_width_of_the_terminal(copied_run: Path, width: int) -> None:
    longer = copied_run.rename(copied_run.with_name("nano-seed1,training.max_length=80,voting.min_agreement=0.75"))
    shown = StringIO()
    print_runs(find_runs([longer]), Console(file=shown, force_terminal=True, width=width, no_color=True))
    text = shown.getvalue()
    assert longer.name in text
    assert ("──" in text) == (width == 200)
    for word in ("complete", "11 of 11 stages", "round-02/evaluation", "nano_dev"):
        assert word in text
