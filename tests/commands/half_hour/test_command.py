"""The half hour on the embedded model: real steps, a kill in the middle, the rest on the next start."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = [
    "+experiment=half_hour", "model=nano", "prompts=nano", "training=nano", "evaluation=nano",
    "evaluation.tasks=[nano_math]", "evaluation.samples=null", "evaluation.limit=6", "evaluation.dev_task=nano_dev",
    "questions.target=24", "questions.wave_size=48", "voting.samples=4", "voting.sampling.max_new_tokens=96",
    "half_hour.requests=8", "half_hour.new_tokens=24", "half_hour.steps=2", "training.batch_size=8",
]  # fmt: skip


def start(folder: Path, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "crescent", *SMALL, f"run_dir={folder}", *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)


@pytest.mark.timeout(900)
def test_interrupted_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another training left a meeting place in the environment that somebody listens on by now."""
    folder, taken = tmp_path / "half", socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("MASTER_PORT", str(taken.getsockname()[1]))
    first = start(folder)
    assert first.stdout is not None
    for line in first.stdout:
        if line.startswith("[3 of 7]"):
            break
        if line.startswith("[2 of 7]"):
            first.send_signal(signal.SIGINT)
    assert first.wait() == 130
    kept = {path.name: path.stat().st_mtime_ns for path in (folder / "steps").glob("*.json")}
    assert set(kept) == {"decoding.json", "vllm.json"}

    second = start(folder)
    said, _ = second.communicate()
    taken.close()
    found = json.loads((folder / "half_hour.json").read_text())
    states = {finding["step"]: finding["state"] for finding in found["findings"]}
    assert states == {
        "decoding": "ok", "vllm": "skipped", "training": "ok", "trl": "ok", "lora": "ok", "fsdp": "ok",
    }, said  # fmt: skip
    assert second.returncode == 0, said
    assert (folder / "steps" / "decoding.json").stat().st_mtime_ns == kept["decoding.json"]
    figures = {finding["step"]: finding["figures"] for finding in found["findings"]}
    assert figures["decoding"]["slots"] == 1.0
    assert round(figures["fsdp"]["first_loss"], 4) == round(figures["training"]["first_loss"], 4)
    assert {constant["name"] for constant in found["constants"]} >= {"CPU.prefill", "CPU.train", "LAYER_SECONDS"}
    assert any("against unvoted" in sentence for sentence in found["claim"])
    page = (folder / "half_hour.html").read_text()
    assert "5 of 6 paths work here" in page and 'href="claim/claim.html"' in page


def test_a_claim_without_arms_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    refused = start(tmp_path / "half", "claim=none")
    said, _ = refused.communicate()
    assert refused.returncode == 2
    assert "stage=half_hour has nothing to compare" in said and not (tmp_path / "half").exists()
