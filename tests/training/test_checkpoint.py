import errno
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from crescent.errors import DamagedError, RunFolderError
from crescent.training import checkpoint, checkpoint_writer
from crescent.training.checkpoint import STATE, Checkpoints
from crescent.training.safetensors_file import write_tensors

RANK = "rank-00000.safetensors"

SCRIPT = """
import sys
import torch
from pathlib import Path
from transformers import AutoModelForCausalLM, AutoTokenizer
from crescent.config.schema import Training
from crescent.training.export import export_model
from crescent.training.fit import train
from tests.training.dying import die_when

torch.set_num_threads(1)
start, folder = Path(sys.argv[1]), Path(sys.argv[2])
die_when(sys.argv[3], 7)
model = AutoModelForCausalLM.from_pretrained(start, dtype="float32")
tokenizer = AutoTokenizer.from_pretrained(start)
pairs = [(f"What is {n} + 1?", f"It is {n + 1}.") for n in range(20)]
config = Training(epochs=3, batch_size=4, micro_batch_size=2, learning_rate=1e-2, max_length=64, checkpoint_minutes=0)

result = train(model, tokenizer, pairs, config, seed=1, folder=folder, accelerator="cpu")
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
    checkpoints.wait()
    state = checkpoints.newest()
    assert (state.step, state.losses) == (3, [3.0, 2.0, 1.0])
    fresh = torch.optim.AdamW(again.parameters(), lr=1e-2)
    checkpoints.load(again, fresh, state)
    for one, adam in ((model, optimizer), (again, fresh)):
        ids = torch.tensor([[5, 6, 7]])
        one.zero_grad()
        one(input_ids=ids, labels=ids).loss.backward()
        adam.step()
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(model.parameters(), again.parameters(), strict=True))


def save(checkpoints, model, optimizer, step):
    checkpoints.save(model, optimizer, step, [1.0] * step)
    checkpoints.wait()


def test_two_are_kept_and_debris_goes(tiny_model, tmp_path):
    model = tiny_model()
    optimizer = stepped(model)
    checkpoints = Checkpoints(tmp_path / "checkpoints", "print")
    assert checkpoints.newest() is None
    save(checkpoints, model, optimizer, 2)
    (tmp_path / "checkpoints" / ".partial-step-000009").mkdir()
    assert checkpoints.newest().step == 2
    for step in (9, 10):
        save(checkpoints, model, optimizer, step)
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["step-000009", "step-000010"]
    checkpoints.clear()
    assert checkpoints.newest() is None


def test_nothing_is_pickled(tiny_model, tmp_path):
    model = tiny_model()
    save(Checkpoints(tmp_path, "print"), model, stepped(model), 1)
    assert sorted(path.name for path in (tmp_path / "step-000001").iterdir()) == [RANK, STATE]
    names = {name for name, _ in model.named_parameters()}
    kinds = ("weight", "exp_avg", "exp_avg_sq", "step")
    assert load_file(tmp_path / "step-000001" / RANK).keys() == {f"{kind}:{name}" for kind in kinds for name in names}


def test_due_by_the_clock_and_not_while_one_is_written(tiny_model, tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])
    let_go = threading.Event()
    monkeypatch.setattr(checkpoint_writer, "write_tensors", lambda *a: let_go.wait(60) and write_tensors(*a))
    model = tiny_model()
    checkpoints = Checkpoints(tmp_path, "print", minutes=2.0)
    assert not checkpoints.due()
    now[0] += 120
    assert checkpoints.due()
    checkpoints.save(model, stepped(model), 1, [1.0])
    assert not checkpoints.due()
    now[0] += 120
    assert not checkpoints.due()  # still being written
    let_go.set()
    checkpoints.wait()
    assert checkpoints.due()
    assert Checkpoints(tmp_path, "print", minutes=0).due()


def test_full_disk_is_said_at_the_next_step(tiny_model, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    model = tiny_model()
    optimizer = stepped(model)
    checkpoints = Checkpoints(tmp_path, "print", minutes=10.0)
    save(checkpoints, model, optimizer, 1)
    monkeypatch.setattr(checkpoint_writer, "write_tensors", full)
    checkpoints.save(model, optimizer, 2, [1.0] * 2)
    with pytest.raises(RunFolderError, match="no space left for"):
        checkpoints.wait()
    checkpoints.save(model, optimizer, 2, [1.0] * 2)
    assert checkpoints._writing.exception() is not None
    assert checkpoints.due()
    with pytest.raises(RunFolderError, match="no space left for"):
        checkpoints.save(model, optimizer, 3, [1.0] * 3)
    assert checkpoints.newest().step == 1


@pytest.mark.parametrize("name", [RANK, STATE])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_named_and_the_one_before_is_there(tiny_model, tmp_path, name, damage):
    model = tiny_model()
    checkpoints = Checkpoints(tmp_path, "print")
    optimizer = stepped(model)
    for step in (6, 7):
        save(checkpoints, model, optimizer, step)
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
    shutil.rmtree(file.parent)
    assert checkpoints.newest().step == 6


def test_checkpoint_of_another_training_is_refused(tiny_model, tmp_path):
    model = tiny_model()
    save(Checkpoints(tmp_path, "one"), model, stepped(model), 1)
    with pytest.raises(RunFolderError, match="other settings"):
        Checkpoints(tmp_path, "other").newest()


@pytest.mark.slow
def test_killed_training_ends_with_the_same_bytes(tiny_model, tokenizer, tmp_path):
    start = tmp_path / "start"
    tiny_model(attention_dropout=0.1).save_pretrained(start)
    tokenizer.save_pretrained(start)

    def run(folder, dies):
        command = [sys.executable, "-c", SCRIPT, str(start), str(tmp_path / folder), dies]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])

    whole = run("whole", "never")
    assert whole.returncode == 0, whole.stderr
    files = sorted(path.name for path in (tmp_path / "whole" / "model").iterdir())
    assert "model.safetensors" in files
    for dies in ("training", "writing", "publishing"):  # in the second of three epochs
        assert run(dies, dies).returncode == -9
        there = sorted(path.name for path in (tmp_path / dies / "checkpoints").glob("step-*"))
        assert there in ([["step-000004", "step-000005"]] if dies == "training" else []) + [
            ["step-000005", "step-000006"]
        ]
        resumed = run(dies, "never")
        assert resumed.returncode == 0, resumed.stderr
        assert resumed.stdout == whole.stdout
        for name in files:
            one, other = (tmp_path / run_name / "model" / name for run_name in ("whole", dies))
            assert one.read_bytes() == other.read_bytes(), name
