"""Two processes on the CPU (gloo), started by torchrun, against one. Starting is what takes time, so jobs share it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from crescent.config.schema import Lora, Training
from crescent.training.export import export_model
from crescent.training.fit import train

PAIRS = [(f"What is {n} + 1?", f"It is {n + 1}." + " Yes." * n) for n in range(9)]
"""In steps of four the last step of each epoch has one pair, so that one of two ranks has none."""

SHARDED = ("ddp-full", "fsdp-full", "fsdp-lora")


def learn(folder: Path, job: str, kill_at: int = 0) -> None:
    """Train by `job`, STRATEGY-METHOD, in `folder/job` as the rank that this process is; die after step `kill_at`."""
    strategy, method = job.split("-")
    model = AutoModelForCausalLM.from_pretrained(folder / "start", dtype="float32")
    tokenizer = AutoTokenizer.from_pretrained(folder / "start")
    config = Training(
        epochs=3, batch_size=4, micro_batch_tokens=100, learning_rate=1e-2, max_length=128, checkpoint_every=4,
        method=method, lora=Lora(rank=4, alpha=8.0),
    )  # fmt: skip
    steps = []

    def on_step(record):
        steps.append(record.step)
        if record.step == kill_at:
            os.kill(os.getpid(), 9)

    rank, devices = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    result = train(
        model, tokenizer, PAIRS, config, seed=1, folder=folder / job, on_step=on_step, accelerator="cpu",
        devices=devices, strategy=strategy,
    )  # fmt: skip
    if rank == 0:
        export_model(model, tokenizer, folder / job / "model")
    report = {"losses": result.losses, "on_step": steps}
    (folder / job / f"rank-{rank}.json").write_text(json.dumps(report))


def launch(folder: Path, devices: int, jobs: tuple[str, ...], kill_at: int = 0) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = ["-m", "torch.distributed.run", f"--nproc-per-node={devices}", f"--master-port={port}"]
    command = [sys.executable, *torchrun, "-m", __name__, str(folder), str(kill_at), *jobs]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=root)
    assert (done.returncode != 0) == bool(kill_at), done.stderr


def seen(folder: Path, job: str, rank: int = 0) -> dict:
    return json.loads((folder / job / f"rank-{rank}.json").read_text())


def weights(folder: Path, job: str) -> bytes:
    return (folder / job / "model" / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    return tmp_path_factory.mktemp("distributed")


@pytest.fixture
def two(start, tiny_model, tokenizer):
    """The folder of all jobs, unbroken, with two ranks each."""
    if not (start / "two").exists():
        tiny_model(tie_word_embeddings=True).save_pretrained(start / "two" / "start")
        tokenizer.save_pretrained(start / "two" / "start")
        launch(start / "two", 2, SHARDED)
    return start / "two"


@pytest.mark.slow
@pytest.mark.parametrize("job", SHARDED)
def test_two_processes_learn_what_one_does(two, tmp_path, monkeypatch, job):
    shutil.copytree(two / "start", tmp_path / "start")
    learn(tmp_path, job)
    alone, first, second = seen(tmp_path, job), seen(two, job), seen(two, job, rank=1)
    assert first["losses"] == second["losses"] == pytest.approx(alone["losses"], abs=1e-4)
    assert len(alone["losses"]) == 9
    assert first["on_step"] == list(range(1, 10))
    assert second["on_step"] == []
    one, other = (AutoModelForCausalLM.from_pretrained(folder / job / "model") for folder in (tmp_path, two))
    for ours, theirs in zip(one.parameters(), other.parameters(), strict=True):
        assert (ours - theirs).abs().max() < 1e-3


@pytest.mark.slow
def test_killed_processes_end_with_the_same_bytes(two, tmp_path):
    shutil.copytree(two / "start", tmp_path / "start")
    jobs = ("ddp-full", "fsdp-full")
    for job in jobs:
        launch(tmp_path, 2, (job,), kill_at=7)
        assert [path.name for path in (tmp_path / job / "checkpoints").iterdir()] == ["step-000004"]
    shutil.copytree(tmp_path, tmp_path / "alone")
    launch(tmp_path, 2, jobs)
    for job in jobs:
        assert seen(tmp_path, job)["on_step"] == [5, 6, 7, 8, 9]
        assert seen(tmp_path, job)["losses"] == seen(two, job)["losses"]
        assert weights(tmp_path, job) == weights(two, job)
    # What two ranks began, one can end, if no longer to the last bit.
    learn(tmp_path / "alone", "fsdp-full")
    assert seen(tmp_path / "alone", "fsdp-full")["losses"] == pytest.approx(seen(two, "fsdp-full")["losses"], abs=1e-4)


if __name__ == "__main__":
    for each in sys.argv[3:]:
        learn(Path(sys.argv[1]), each, int(sys.argv[2]))
