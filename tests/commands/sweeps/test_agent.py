"""A sweep's runs for real: the agent's command line on `nano_quick`, and two agents at once."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.commands.sweeps.agent import command_line, load
from tests.commands.sweeps.test_files import FOLDER
from tests.reporting.tracking.recorded import history, kinds, logs
from tests.system.commandline import TINY, run_folder, tail

pytest.importorskip("wandb")
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def command(values: dict[str, Any], output: Path) -> list[str]:
    words = command_line(load(FOLDER / "votes.yaml"), values)
    words[words.index("+experiment=nano")] = TINY[0]
    return [sys.executable, *words[1:], *TINY[1:], f"output_dir={output}"]


def agent(home: Path, run: str) -> dict[str, str]:
    """The variables an agent exports, and that nothing is to be sent."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WANDB_")}
    return kept | {
        "HOME": str(home), "WANDB_RUN_ID": run, "WANDB_SWEEP_ID": "sweep123", "WANDB_PROJECT": "crescent",
        "WANDB_MODE": "offline",
    }  # fmt: skip


def test_the_agents_command_runs_and_logs_the_metric(tmp_path: Path) -> None:
    output = tmp_path / "out"
    done = subprocess.run(
        command({"voting.samples": 4, "voting.min_agreement": 0.4}, output),
        capture_output=True, text=True, check=False, timeout=280, env=agent(tmp_path, "fromagent"),
    )  # fmt: skip
    assert done.returncode == 0, tail(done)
    [log] = logs(run_folder(output) / "tracking")
    [run, *_] = kinds(log, "run")
    assert (run.run_id, run.sweep_id) == ("fromagent", "sweep123")
    best = [row["dev/best"] for row in history(log) if "dev/best" in row]
    assert len(best) == 2, "the base model's, and the first round's"


def test_two_agents_in_the_same_second(tmp_path: Path) -> None:
    """The same configuration twice: one refuses and says why. Another configuration: a folder of its own."""
    values = [{"voting.samples": 4, "voting.min_agreement": floor} for floor in (0.4, 0.4, 0.6)]
    started = [
        subprocess.Popen(
            command(value, tmp_path / "out"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=agent(tmp_path, f"agent{number}"),
        )
        for number, value in enumerate(values)
    ]  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while started[0].poll() is None and started[1].poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        refused = next(process for process in started[:2] if process.poll() is not None)
        _, error = refused.communicate()
        assert refused.returncode == 1
        assert "is in use by process" in error.splitlines()[-1]
        folders = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
        while len(folders) < 2:
            assert time.monotonic() < deadline
            folders = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
        assert len(folders) == 2
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.communicate(timeout=60)
