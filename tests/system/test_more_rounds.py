"""A person's run that goes on: why a pair was left out of training, and a pool with a flipped bit."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crescent.records import Drop
from crescent.runs.shards import ShardFolder
from tests.system.commandline import TINY, crescent, run_folder, tail

pytestmark = [pytest.mark.system, pytest.mark.slow]
SMALL = (*TINY, "evaluation.limit=4", "evaluation.samples=null", "training.max_length=70")


@pytest.fixture(scope="module")
def one_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one round whose longest pairs are too long to learn from."""
    output = tmp_path_factory.mktemp("outputs")
    done = crescent(*SMALL, "rounds=1", output=output)
    assert done.returncode == 0, tail(done)
    return run_folder(output)


def show(*arguments: str) -> str:
    command = [sys.executable, "-m", "crescent", "show", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_pair_that_training_left_out_says_why(one_round: Path) -> None:
    drops = list(ShardFolder(one_round / "round-01/training/drops").stream(Drop))
    facts = json.loads((one_round / "round-01/training/manifest.json").read_text())["content"]["facts"]
    assert {drop.reason for drop in drops} == {"too-long"}
    assert facts["dropped"] == {"too-long": len(drops)}
    assert f"  round 1, dropped: too-long: {len(drops)}, " in show(str(one_round))
    history = show(str(one_round), "--id", drops[0].id)
    assert history.startswith(f"{drops[0].id}, round 1: dropped: too-long\n")
    assert f"left out of the training of round 1: {drops[0].id}, too-long (question and solution have more" in history
    assert "trained on" not in history
    page = re.sub(r"\s+", " ", (one_round / "report.html").read_text())
    assert (
        f"Trained on {facts['pairs'] - len(drops)} of {facts['pairs']} pairs; left out: too-long {len(drops)}." in page
    )


def test_what_is_taken_over_is_not_spent_again(one_round: Path) -> None:
    other = ("rounds=1", "voting.min_agreement=0.8", f'from_run="{one_round}"')
    output = one_round.parent.with_name("taken")
    done = crescent(*SMALL, *other, output=output)
    assert done.returncode == 0, tail(done)
    folder = run_folder(output)
    summary = json.loads((folder / "summary.json").read_text())
    trained = summary["rounds"][0]["training"]["tokens"]
    [line] = [line for line in done.stdout.splitlines() if line.startswith("round 1, ")]
    assert f" {trained:,} tokens" in line
    assert not {"round-01/questions", "round-01/answers"} & summary["plan"]["stages"].keys()
    page = re.sub(r"\s+", " ", (folder / "report.html").read_text())
    assert 'round-01/answers <span class="muted">taken over</span>' in page


def test_a_flipped_bit_in_the_pool_is_said_and_the_pool_made_again(one_round: Path) -> None:
    victim = next((one_round / "pool").glob("segment-*/minhash.table.npy"))
    content = bytearray(victim.read_bytes())
    content[-9] ^= 1
    victim.write_bytes(content)
    done = crescent(*SMALL, "rounds=2", f'run_dir="{one_round}"', output=one_round.parent)
    assert done.returncode == 0, tail(done)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "made again from the questions" in line]
    assert len(said) == 1 and "minhash.table.npy was cut or altered" in said[0], tail(done, 40)
