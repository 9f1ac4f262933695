import subprocess
import sys

import pytest
import torch

from crescent.errors import DamagedError, RunFolderError
from crescent.training.checkpoint import OPTIMIZER, STATE, WEIGHTS, Checkpoints

SCRIPT = """
import os, signal, sys
import torch
from pathlib import Path
from transformers import AutoModelForCausalLM, AutoTokenizer
from crescent.config.schema import Training
from crescent.training.export import export_model
from crescent.training.fit import train

torch.set_num_threads(1)
start, folder, kill_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
model = AutoModelForCausalLM.from_pretrained(start, dtype="float32")
tokenizer = AutoTokenizer.from_pretrained(start)
pairs = [(f"What is {n} + 1?", f"It is {n + 1}.") for n in range(20)]
config = Training(epochs=3, batch_size=4, micro_batch_size=2, learning_rate=1e-2, max_length=64, checkpoint_every=4)

def on_step(record):
    if record.step == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

result = train(model, tokenizer, pairs, config, seed=1, folder=folder, on_step=on_step, accelerator="cpu")
export_model(model, tokenizer, folder / "model")
print(result.losses)
"""


def stepped(model, steps=3):
    """An AdamW that has seen a few gradients."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        ids = torch.tensor([[1, 2, 3, 4]])
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
    return optimizer


@pytest.mark.parametrize("tied", [False, True])
def test_round_trip_continues_exactly(tiny_model, tmp_path, tied):
    model, again = tiny_model(tie_word_embeddings=tied), tiny_model(tie_word_embeddings=tied, seed=5)
    optimizer = stepped(model)
    checkpoints = Checkpoints(tmp_path, "print")
    checkpoints.save(model, optimizer, 3, [3.0, 2.0, 1.0])
    state = checkpoints.newest()
    assert (state.step, state.losses) == (3, [3.0, 2.0, 1.0])
    fresh = torch.optim.AdamW(again.parameters(), lr=1e-2)
    checkpoints.load_weights(again, state)
    checkpoints.load_optimizer(again, fresh, state)
    for one, adam in ((model, optimizer), (again, fresh)):
        ids = torch.tensor([[5, 6, 7]])
        one.zero_grad()
        one(input_ids=ids, labels=ids).loss.backward()
        adam.step()
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(model.parameters(), again.parameters(), strict=True))


def test_only_the_newest_is_kept_and_debris_goes(tiny_model, tmp_path):
    model = tiny_model()
    optimizer = stepped(model)
    checkpoints = Checkpoints(tmp_path / "checkpoints", "print")
    assert checkpoints.newest() is None
    checkpoints.save(model, optimizer, 2, [1.0, 1.0])
    (tmp_path / "checkpoints" / ".aside-1-step-000009").mkdir()
    assert checkpoints.newest().step == 2
    checkpoints.save(model, optimizer, 10, [1.0] * 10)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-000010"]
    checkpoints.clear()
    assert checkpoints.newest() is None


@pytest.mark.parametrize("name", [WEIGHTS, OPTIMIZER, STATE])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_named(tiny_model, tmp_path, name, damage):
    model = tiny_model()
    checkpoints = Checkpoints(tmp_path, "print")
    checkpoints.save(model, stepped(model), 7, [1.0] * 7)
    file = tmp_path / "step-000007" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "flip":
        file.write_bytes(content)
    elif damage == "cut":
        file.write_bytes(content[:-20])
    else:
        file.unlink()
    with pytest.raises(DamagedError, match=rf"step-000007/{name} was .* Delete the folder .*step-000007 and start"):
        checkpoints.newest()


def test_checkpoint_of_another_training_is_refused(tiny_model, tmp_path):
    model = tiny_model()
    Checkpoints(tmp_path, "one").save(model, stepped(model), 1, [1.0])
    with pytest.raises(RunFolderError, match="other settings"):
        Checkpoints(tmp_path, "other").newest()


@pytest.mark.slow
def test_killed_training_ends_with_the_same_bytes(tiny_model, tokenizer, tmp_path):
    start = tmp_path / "start"
    tiny_model(attention_dropout=0.1).save_pretrained(start)
    tokenizer.save_pretrained(start)

    def run(folder, kill_at):
        command = [sys.executable, "-c", SCRIPT, str(start), str(tmp_path / folder), str(kill_at)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = run("whole", 0)
    assert whole.returncode == 0, whole.stderr
    assert run("broken", 7).returncode == -9  # in the second of three epochs, three steps after a checkpoint
    assert [path.name for path in (tmp_path / "broken" / "checkpoints").iterdir()] == ["step-000004"]
    resumed = run("broken", 0)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == whole.stdout
    files = sorted(path.name for path in (tmp_path / "whole" / "model").iterdir())
    assert "model.safetensors" in files
    for name in files:
        one, other = (tmp_path / run_name / "model" / name for run_name in ("whole", "broken"))
        assert one.read_bytes() == other.read_bytes(), name
