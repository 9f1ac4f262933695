import json
import logging
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from crescent.errors import ConfigError, DataError, ModelError, StageError
from crescent.evaluation.harness import evaluate

from .conftest import SHARED


def paths(task_folder: Path, *names: str) -> list[str]:
    return [str(task_folder / f"{name}.yaml") for name in names]


@pytest.mark.system
@pytest.mark.parametrize("shots", [0, 2])
def test_same_texts_and_figures_as_the_command_line(
    folder: Path, task_folder: Path, tmp_path: Path, shots: int
) -> None:
    names = ["echo", "echo_more", "choose"]
    ours = evaluate(folder, paths(task_folder, *names), num_fewshot=shots, batch_size=16, seed=7, prefer_filter="hash")
    command = [sys.executable, "-m", "lm_eval", "--model", "hf", "--model_args", f"pretrained={folder},dtype=float32"]
    command += ["--tasks", ",".join(names), "--include_path", str(task_folder), "--num_fewshot", str(shots)]
    command += ["--apply_chat_template", "--batch_size", "16", "--seed", "7", "--device", "cpu"]
    command += ["--log_samples", "--output_path", str(tmp_path)]
    source = str(Path(__file__).parents[2] / "src")
    environment = os.environ | {"PYTHONPATH": source, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]

    (figures,) = tmp_path.rglob("results_*.json")
    theirs = json.loads(figures.read_text())["results"]
    for result in ours:
        expected = {k: v for k, v in theirs[result.task].items() if "," in k and "_stderr" not in k}
        assert result.metrics == expected
        assert result.stderr == pytest.approx(theirs[result.task][result.primary.replace(",", "_stderr,")])
        (file,) = tmp_path.rglob(f"samples_{result.task}_2*.jsonl")
        samples = [json.loads(line) for line in file.read_text().splitlines()]
        metric, filter_name = result.primary.split(",")
        samples = [sample for sample in samples if sample["filter"] == filter_name]
        assert [item.score for item in result.items] == [sample[metric] for sample in samples]
        assert [item.id for item in result.items] == [f"{result.task}/{sample['doc_id']}" for sample in samples]
        if result.task != "choose":
            assert [item.output for item in result.items] == [sample["resps"][0][0] for sample in samples]
    # Always right, always wrong or always of one length, and nothing would have been compared.
    assert shots or 0.05 < ours[0].value < 1
    assert shots or len({len(item.output.split()) for item in ours[0].items}) > 2


def test_leaves_the_process_as_it_was(folder: Path, task_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).train()
    model.lm_head.eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = None
    random.seed(3), np.random.seed(3), torch.manual_seed(3)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    level = logging.getLogger("lm_eval").level
    monkeypatch.setenv("LOCAL_RANK", "1")
    (result,) = evaluate((model, tokenizer), paths(task_folder, "echo"), limit=3)
    assert result.n == 3
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
    assert model.training and model.model.training and not model.lm_head.training
    assert tokenizer.pad_token is None
    assert logging.getLogger("lm_eval").level == level


def test_is_silent_and_writes_nothing(
    folder: Path, task_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    tasks = paths(task_folder, "echo", "choose")
    code = f"from crescent.evaluation.harness import evaluate\nevaluate({str(folder)!r}, {tasks!r})"
    environment = os.environ | {"HOME": str(home), "HF_HOME": str(home), "TMPDIR": str(tmp_path)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2] / "src")
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, env=environment, check=True)
    said = capfd.readouterr()
    assert said.out == "" and said.err == ""
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_batch_size_and_repetition_change_nothing(folder: Path, task_folder: Path) -> None:
    tasks = paths(task_folder, "echo")
    first = evaluate(folder, tasks, batch_size=60)
    assert evaluate(folder, tasks, batch_size=60) == first
    assert [item.output for item in evaluate(folder, tasks, batch_size=7)[0].items] == [
        i.output for i in first[0].items
    ]


def test_progress_ends_at_the_number_of_requests(folder: Path, task_folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluate(folder, paths(task_folder, "echo"), batch_size=25, progress=lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 60), (60, 60))
    assert {total for _, total in seen} == {60}
    done = [count for count, _ in seen]
    assert done == sorted(done)
    assert len(set(done)) > 3  # also within a batch, whose rows do not end together


def test_progress_of_a_task_that_chooses(folder: Path, task_folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    (result,) = evaluate(
        folder, paths(task_folder, "choose"), batch_size=16, progress=lambda *counts: seen.append(counts)
    )
    total = seen[0][1]
    assert total > result.n  # a request for each choice of an item
    assert (seen[0], seen[-1]) == ((0, total), (total, total))
    assert len(seen) > 2


def test_the_preferred_filter_gives_the_primary_metric(folder: Path, task_folder: Path) -> None:
    (by_first,) = evaluate(folder, paths(task_folder, "echo"), prefer_filter="first")
    (by_default,) = evaluate(folder, paths(task_folder, "echo"))
    assert by_first.primary == "exact_match,first"
    assert by_default.primary == "exact_match,hash"
    assert by_first.metrics == by_default.metrics
    assert by_default.value == pytest.approx(sum(item.correct for item in by_default.items) / by_default.n)


def test_outputs_longer_than_the_context_are_refused(folder: Path, task_folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"echo asks for outputs of 500 tokens.*context is 128"):
        evaluate(folder, paths(task_folder, "echo"), max_new_tokens=500)


def test_cut_prompts_are_reported_once(folder: Path, task_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    evaluate(folder, paths(task_folder, "echo"), num_fewshot=12, limit=5, batch_size=2)
    assert [record.message for record in caplog.records if "context" in record.message] == [
        "prompts are longer than the model's context and lose their beginning: use fewer worked examples"
    ]


def test_no_model_in_the_folder(tmp_path: Path, task_folder: Path) -> None:
    with pytest.raises(ModelError, match="no model can be loaded"):
        evaluate(tmp_path, paths(task_folder, "echo"))


def test_a_broken_task_is_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("task: broken\ncustom_dataset: !function nowhere.load\ntest_split: test\n")
    with pytest.raises(StageError, match=r"needs a package that is not installed.*nowhere") as caught:
        evaluate(folder, [str(tmp_path / "broken.yaml")])
    assert "\n" not in str(caught.value)
    (tmp_path / "empty.yaml").write_text("task: empty\ndataset_path: json\ntest_split: test\n")
    with pytest.raises(DataError, match=r"empty.yaml cannot be loaded: .*") as caught:
        evaluate(folder, [str(tmp_path / "empty.yaml")])
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the benchmark data in ../shared/data")
def test_gsm8k_and_svamp_from_local_folders(folder: Path) -> None:
    data = {"gsm8k": str(SHARED / "gsm8k"), "svamp": str(SHARED / "svamp")}
    gsm8k, svamp = evaluate(folder, ["gsm8k", "svamp"], num_fewshot=0, limit=4, max_new_tokens=8, local_data=data)
    assert (gsm8k.n, gsm8k.version, gsm8k.primary) == (4, "3.0", "exact_match,flexible-extract")
    assert set(gsm8k.metrics) == {"exact_match,strict-match", "exact_match,flexible-extract"}
    assert gsm8k.items[0].target.endswith("#### 18")
    assert (svamp.n, svamp.items[0].target) == (4, "51")


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the benchmark data in ../shared/data")
def test_gsm8k_dev_is_the_end_of_the_training_problems(folder: Path) -> None:
    data = {"gsm8k_dev": str(SHARED / "gsm8k")}
    (dev,) = evaluate(folder, ["gsm8k_dev"], num_fewshot=1, limit=2, max_new_tokens=8, local_data=data)
    rows = (SHARED / "gsm8k" / "train.jsonl").read_text(encoding="utf-8").splitlines()[-500:]
    assert [item.target for item in dev.items] == [json.loads(row)["answer"] for row in rows[:2]]
