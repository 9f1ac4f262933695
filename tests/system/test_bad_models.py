"""Models that go wrong: the run ends with a sentence, never with a crash."""

import json
from pathlib import Path

import pytest
import torch

from crescent.models.locate import locate
from tests.system.commandline import TINY, crescent, run_folder, tail

pytestmark = pytest.mark.system


def altered(folder: Path, change: object, **generation: object) -> Path:
    """The embedded model with its weights changed, saved as an ordinary folder. The head is untied from the input."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = locate("embedded:nano")
    model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(place)
    head = model.lm_head.weight.detach().clone()
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(head)
    with torch.no_grad():
        change(model, tokenizer)  # type: ignore[operator]
    for key, value in generation.items():
        setattr(model.generation_config, key, value)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_model_that_writes_nothing(tmp_path: Path) -> None:
    # Every token ends the reply, so every reply is empty.
    model = altered(tmp_path / "mute", lambda model, tokenizer: None, eos_token_id=list(range(800)))
    done = crescent(*TINY, f"model.path={model}", output=tmp_path / "out")
    assert done.returncode == 1, tail(done)
    assert "empty" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((run_folder(tmp_path / "out") / "summary.json").read_text())["state"] == "stopped"


def test_a_model_that_never_ends(tmp_path: Path) -> None:
    # All tokens are equally likely, whatever was written before.
    model = altered(tmp_path / "endless", lambda model, tokenizer: model.model.norm.weight.zero_())
    done = crescent(*TINY, f"model.path={model}", output=tmp_path / "out")
    assert done.returncode == 1, tail(done)
    assert "Traceback" not in done.stderr
    assert "cut-off" in done.stdout + done.stderr or "no training pair" in done.stdout + done.stderr
    assert (run_folder(tmp_path / "out") / "report.html").exists()


def test_a_loss_that_is_no_number_stops_the_round_and_the_gate_falls_back(tmp_path: Path) -> None:
    # Only training reads the token that ends a reply; its embedding is no number.
    def poison(model: torch.nn.Module, tokenizer: object) -> None:
        model.model.embed_tokens.weight[tokenizer.eos_token_id] = float("nan")  # type: ignore[attr-defined]

    model = altered(tmp_path / "poisoned", poison)
    done = crescent(*TINY, f"model.path={model}", "rounds=1", output=tmp_path / "out")
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path / "out")
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["rounds"][0]["training"]["state"].startswith("stopped: ")
    assert summary["best_round"] == 0
    gate = json.loads((folder / "round-01" / "gate.json").read_text())
    assert gate["accepted"] is False
    assert "not a number" in gate["verdict"]
    evidence = json.loads((folder / "round-01" / "training" / "nan.json").read_text())
    assert evidence["step"] == 1
