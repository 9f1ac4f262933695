"""Two processes on the CPU (gloo), started by torchrun, against one. Starting is what takes time, so jobs share it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from crescent.config.schema import Lora, Training
from crescent.training.export import export_model
from crescent.training.fit import train
from tests.training.dying import die_when

PAIRS = [(f"What is {n} + 1?", f"It is {n + 1}." + " Yes." * n) for n in range(9)]
"""In steps of four the last step of each epoch has one pair, so that one of two ranks has none."""

SHARDED = ("ddp-full", "fsdp-full", "fsdp-lora")


KILLED = 7
"""The step in which a rank dies, where one does."""


def learn(folder: Path, job: str) -> None:
    """Train by `job`, STRATEGY-METHOD, in `folder/job` as the rank that this process is."""
    strategy, method = job.split("-")
    model = AutoModelForCausalLM.from_pretrained(folder / "start", dtype="float32")
    tokenizer = AutoTokenizer.from_pretrained(folder / "start")
    config = Training(
        epochs=3, batch_size=4, micro_batch_tokens=100, learning_rate=1e-2, max_length=128, checkpoint_minutes=0,
        method=method, lora=Lora(rank=4, alpha=8.0),
    )  # fmt: skip
    steps = []
    rank, devices = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    result = train(
        model, tokenizer, PAIRS, config, seed=1, folder=folder / job, accelerator="cpu", devices=devices,
        strategy=strategy, on_step=lambda record: steps.append(record.step),
    )  # fmt: skip
    if rank == 0:
        export_model(model, tokenizer, folder / job / "model")
    report = {"losses": result.losses, "on_step": steps}
    (folder / job / f"rank-{rank}.json").write_text(json.dumps(report))


def launch(folder: Path, devices: int, jobs: tuple[str, ...], dies: str = "never", rank: int = 0) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = ["-m", "torch.distributed.run", f"--nproc-per-node={devices}", f"--master-port={port}"]
    command = [sys.executable, *torchrun, "-m", __name__, str(folder), dies, str(rank), *jobs]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=root)
    assert (done.returncode != 0) == (dies != "never"), done.stderr


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
    launch(tmp_path, 2, ("ddp-full",), "publishing")
    launch(tmp_path, 2, ("fsdp-full",), "writing", rank=1)
    for job in jobs:
        there = tmp_path / job / "checkpoints"
        assert sorted(path.name for path in there.glob("step-*")) == ["step-000005", "step-000006"]
        assert list(there.glob(".partial-*/rank-*"))
        # Each rank wrote about half, nobody all.
        first, second = (load_file(there / "step-000006" / f"rank-0000{rank}.safetensors") for rank in (0, 1))
        sizes = [sum(tensor.nbytes for tensor in part.values()) for part in (first, second)]
        assert max(sizes) < 0.6 * sum(sizes)
        assert (first.keys() & second.keys() == set()) == (job == "ddp-full")
    shutil.copytree(tmp_path, tmp_path / "alone")
    launch(tmp_path, 2, jobs)
    for job in jobs:
        assert seen(tmp_path, job)["on_step"] == [7, 8, 9]
        assert seen(tmp_path, job)["losses"] == seen(two, job)["losses"]
        assert weights(tmp_path, job) == weights(two, job)
    # What two ranks began, one can end, if no longer to the last bit.
    for job in jobs:
        learn(tmp_path / "alone", job)
        assert seen(tmp_path / "alone", job)["on_step"] == [7, 8, 9]
        assert seen(tmp_path / "alone", job)["losses"] == pytest.approx(seen(two, job)["losses"], abs=1e-4)


@pytest.mark.slow
def test_what_one_process_began_three_can_end(two, tmp_path):
    shutil.copytree(two / "start", tmp_path / "start")
    launch(tmp_path, 1, ("fsdp-full",), "publishing")
    launch(tmp_path, 3, ("fsdp-full",))
    assert seen(tmp_path, "fsdp-full")["on_step"] == [7, 8, 9]
    assert seen(tmp_path, "fsdp-full")["losses"] == pytest.approx(seen(two, "fsdp-full")["losses"], abs=1e-4)


if __name__ == "__main__":
    die_when(sys.argv[2], KILLED, int(sys.argv[3]))
    for each in sys.argv[4:]:
        learn(Path(sys.argv[1]), each)
