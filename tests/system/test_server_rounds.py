"""Every round through a server: one that the run starts for the model that must write, and ends."""

import json
import shlex
import shutil
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from crescent.loop.stages.facts import AnswersFacts
from crescent.models.locate import locate
from crescent.runs.events import EventLog
from crescent.runs.manifest import MANIFEST, Manifest, facts_of, read_sealed
from tests.generation import small_server
from tests.system.commandline import begin, crescent, run_folder, tail

SERVE = Path(sys.executable).with_name("transformers")
MISSING = [name for name in ("fastapi", "uvicorn", "openai") if find_spec(name) is None]
SMALL = (
    "+experiment=nano_quick",
    "backend=server",
    "backend.batch_size=4",
    "questions.target=8",
    "questions.wave_size=16",
    "questions.max_waves=1",
    "voting.samples=2",
    "voting.min_votes=1",
    "training.max_pairs=8",
    "training.batch_size=8",
    "training.micro_batch_size=8",
    "evaluation.tasks=[nano_math]",
    "evaluation.limit=4",
    "evaluation.gate.enabled=false",
    "rounds=2",
)

pytestmark = pytest.mark.system


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"transformers serve needs {', '.join(MISSING)}")
def test_two_rounds_through_a_real_server(tmp_path: Path) -> None:
    """`transformers serve` samples only from models whose own generation config says so."""
    model = tmp_path / "nano"
    shutil.copytree(locate("embedded:nano"), model)
    settings = json.loads((model / "generation_config.json").read_text())
    (model / "generation_config.json").write_text(json.dumps(settings | {"do_sample": True, "top_k": 0}))
    command = f'backend.command="{shlex.quote(str(SERVE))} serve {{model}} --port {{port}} --device cpu"'
    done = crescent(*SMALL, command, f"model.path={model}", output=tmp_path / "runs", timeout=900)
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path / "runs")
    for number, writer in (("01", "base"), ("02", "round-01")):
        manifest = read_sealed(folder / f"round-{number}/answers/{MANIFEST}", Manifest)
        assert manifest is not None
        facts = facts_of(manifest, AnswersFacts)
        assert facts.decoder == "server"
        assert facts.solutions > 0
        assert f"serve {{model}} --port {{port}} --device cpu` for {writer}\n" in done.stderr
    started = [line for line in (folder / "server.log").read_text().splitlines() if line.startswith("$ ")]
    assert [shlex.split(line)[3] for line in started] == [str(model), str(folder / "round-01/training/model")]


def test_a_run_that_is_stopped_takes_its_server_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    words = [sys.executable, small_server.__file__, "{model}", "{port}", str(pids), "slow"]
    process = begin(*SMALL, f'backend.command="{shlex.join(words)}"', output=tmp_path / "runs")
    while not pids.exists() and process.poll() is None:
        time.sleep(0.05)
    while "begin" not in [event["event"] for event in EventLog(run_folder(tmp_path / "runs") / "events.jsonl")]:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert not [pid for pid in pids.read_text().split() if Path(f"/proc/{pid}").exists()]


def test_a_command_that_brings_up_no_server_is_told_in_a_line(tmp_path: Path) -> None:
    done = crescent(*SMALL, "backend.command='no-such-program {model} {port}'", output=tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "backend.command: there is no program `no-such-program` here: install it, or give its path"
    )
    assert not list(tmp_path.iterdir())
