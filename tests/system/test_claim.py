"""A tiny claim through the real command line: killed, gone on with, complete, with more seeds."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crescent.commands.claim.figures import BASE, read_claim
from tests.system.commandline import TINY, begin, crescent, run_folder, tail

pytestmark = pytest.mark.system
CLAIM = (
    *TINY, "stage=claim", "claim=controls", "rounds=1", "evaluation.tasks=[nano_math]", "evaluation.samples=null",
    "training.checkpoint_minutes=10",
)  # fmt: skip
ARMS = ("method", "unvoted", "shuffled")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A claim of one seed that was killed while its second arm ran."""
    output = tmp_path_factory.mktemp("claim")
    process = begin(*CLAIM, "claim.repeats=1", output=output)
    deadline = time.monotonic() + 200
    while not list(output.glob("*/unvoted-seed1/round-01/questions/manifest.json")) and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()
    return output


def test_a_claim_goes_on_is_complete_and_grows(killed: Path) -> None:
    folder = run_folder(killed)
    first = (folder / "method-seed1/status.json").stat().st_mtime_ns
    done = crescent(*CLAIM, "claim.repeats=1", output=killed)
    assert done.returncode == 0, tail(done)
    assert "[1 of 3] method, seed 1: complete" in done.stdout
    assert (folder / "method-seed1/status.json").stat().st_mtime_ns == first
    claim = read_claim((folder / "claim.json").read_bytes())
    assert (claim.state, claim.seeds, list(claim.arms)) == ("complete", [1], list(ARMS))
    assert [part.name for part in claim.parts] == ["consensus", "plain self-training", "format"]
    gain = sum(claim.by_seed(part.arm, part.against)[1].difference for part in claim.parts)
    assert gain == pytest.approx(claim.by_seed("method", BASE)[1].difference)
    for arm in ARMS[1:]:  # the arms differ in what they learn from: what stands before that is made once
        cost = json.loads((folder / f"{arm}-seed1/summary.json").read_text())["cost"]
        made = [entry["stage"] for entry in cost if not entry["taken_over"]]
        assert sorted(made) == ["round-01/dataset", "round-01/evaluation", "round-01/training"]
    for arm in ARMS:
        summary = json.loads((folder / f"{arm}-seed1/summary.json").read_text())
        run = claim.run(arm, 1)
        assert run.value("nano_math", 0) == summary["base"]["evaluation"]["nano_math"]["value"]
        assert run.value("nano_math", 1) == summary["rounds"][0]["evaluation"]["nano_math"]["value"]
        against = summary["rounds"][0]["evaluation"]["nano_math"]["against_base"]
        assert claim.by_seed(arm, BASE)[1].difference == pytest.approx(against["difference"], abs=1e-6)
    assert claim.unequal == []
    assert (folder / "claim.html").read_text().count("<section") >= 6

    again = crescent(*CLAIM, "claim.repeats=1", output=killed, env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"})
    assert again.returncode == 0, tail(again)
    assert "This claim is complete" in again.stdout
    for heavy in ("torch", "transformers", "numpy", "pytorch_lightning"):
        assert f"| {heavy}\n" not in again.stderr

    more = crescent(*CLAIM, "claim.repeats=2", output=killed)
    assert more.returncode == 0, tail(more)
    assert run_folder(killed) == folder
    assert "[3 of 6] shuffled, seed 1: complete" in more.stdout
    grown = read_claim((folder / "claim.json").read_bytes())
    assert grown.seeds == [1, 2]
    mean = grown.mean("method", BASE)
    assert mean is not None
    assert mean.n == 2
    assert mean.both_low is not None
    places = {each.place for each in grown.evidence}
    assert {f"{arm}-seed{seed}/base/evaluation" for arm in ARMS for seed in (1, 2)} <= places

    command = [sys.executable, "-m", "crescent", "verify", str(folder)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert verified.returncode == 0, tail(verified)
    figures = folder / "claim.json"
    figures.write_text(figures.read_text().replace('"newly_right": ', '"newly_right": 1', 1))
    verified = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert verified.returncode == 1
    assert "claim.json, differences[arm method, against base, task nano_math, seed 1" in verified.stdout


def test_an_arm_that_cannot_be_is_said_before_anything_is_made(tmp_path: Path) -> None:
    wrong = crescent(*CLAIM, 'claim.arms.shuffled="training.pairs=shufled"', output=tmp_path)
    assert wrong.returncode == 2
    assert "claim.arms.shuffled: training.pairs=shufled: must be one of" in wrong.stderr
    nothing = crescent(*TINY, "stage=claim", output=tmp_path)
    assert nothing.returncode == 2
    assert "stage=claim has nothing to compare" in nothing.stderr
    assert not list(tmp_path.iterdir())
