import json
import os
import socket
import subprocess
import sys

import pytest

SCRIPT = """
import dataclasses, json, os, sys
import torch
from pathlib import Path
from transformers import AutoModelForCausalLM, AutoTokenizer
from crescent.config.schema import Training
from crescent.training.fit import train

torch.set_num_threads(1)
start, folder, devices = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
model = AutoModelForCausalLM.from_pretrained(start, dtype="float32")
tokenizer = AutoTokenizer.from_pretrained(start)
pairs = [(f"What is {n} + 1?", f"It is {n + 1}." + " Yes." * n) for n in range(9)]
# Nine pairs in steps of four: the last step of each epoch has one pair, so that one of two ranks has none.
config = Training(epochs=3, batch_size=4, micro_batch_size=1, learning_rate=1e-2, max_length=128, checkpoint_every=4)
steps = []
result = train(model, tokenizer, pairs, config, seed=1, folder=folder, on_step=lambda record: steps.append(record.step),
               accelerator="cpu", devices=devices)
weight = model.lm_head.weight.double().sum().item()
report = {"losses": result.losses, "on_step": steps, "weight": weight, "state": result.state}
Path(folder, f"rank-{os.environ.get('RANK', '0')}.json").write_text(json.dumps(report))
"""


@pytest.mark.slow
def test_two_processes_learn_what_one_does(tiny_model, tokenizer, tmp_path):
    start = tmp_path / "start"
    tiny_model().save_pretrained(start)
    tokenizer.save_pretrained(start)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def run(folder, devices, launcher):
        command = [sys.executable, *launcher, str(script), str(start), str(tmp_path / folder), str(devices)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return [json.loads((tmp_path / folder / f"rank-{rank}.json").read_text()) for rank in range(devices)]

    [alone] = run("one", 1, [])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={port}"]
    first, second = run("two", 2, torchrun)
    assert first["losses"] == second["losses"] == pytest.approx(alone["losses"], abs=1e-4)
    assert len(alone["losses"]) == 9
    assert first["on_step"] == list(range(1, 10))
    assert second["on_step"] == []
    assert first["weight"] == second["weight"] == pytest.approx(alone["weight"], abs=1e-2)
