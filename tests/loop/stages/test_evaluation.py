"""The stage `evaluation`: the figures of the `lm_eval` command line on the saved folder, per checkpoint and task."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crescent.errors import RunFolderError
from crescent.evaluation import version
from crescent.loop.stages import evaluation
from crescent.loop.stages.context import Context, ModelRef
from crescent.models.locate import locate
from crescent.runs.manifest import Manifest
from tests.conftest import tiny

SOURCE = Path(__file__).parents[3] / "src"
LIMIT = 40


def lm_eval(folder: str, tasks: list[str], into: Path, *options: str) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The command line as a stranger types it: (figures by task, samples by task)."""
    command = [sys.executable, "-m", "lm_eval", "--model", "hf", "--model_args", f"pretrained={folder}"]
    command += ["--include_path", str(SOURCE / "crescent/evaluation/tasks"), "--tasks", ",".join(tasks)]
    command += ["--apply_chat_template", "--limit", str(LIMIT), "--device", "cpu", "--batch_size", "8", *options]
    command += ["--log_samples", "--output_path", str(into)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(into / "home")}
    done = subprocess.run(command, cwd=into, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (figures,) = into.rglob("results_*.json")
    samples = {}
    for task in tasks:
        (file,) = into.rglob(f"samples_{task}_*.jsonl")
        samples[task] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return json.loads(figures.read_text())["results"], samples


def measured(context: Context, name: str = "base", model: ModelRef | None = None) -> Manifest:
    return evaluation.run(context, name, model or context.base)


@pytest.mark.system
@pytest.mark.parametrize("shots", [0, 3])
def test_the_figures_are_those_of_the_command_line(
    tmp_path: Path, context_of: Callable[..., Context], shots: int
) -> None:
    config = tiny()
    config.evaluation.tasks, config.evaluation.limit = ["nano_math", "nano_skills"], LIMIT
    config.evaluation.max_new_tokens, config.evaluation.num_fewshot = None, shots
    context = context_of(tmp_path / "run", config)
    manifest = measured(context)
    ours = evaluation.items(context, manifest)
    into = tmp_path / "cli"
    into.mkdir()
    figures, samples = lm_eval(locate("embedded:nano"), config.evaluation.tasks, into, "--num_fewshot", str(shots))
    for task in config.evaluation.tasks:
        theirs = {key: value for key, value in figures[task].items() if "," in key and "_stderr" not in key}
        facts = manifest.facts["tasks"][task]
        assert {facts["metric"]: facts["value"], **facts["other_metrics"]} == theirs
        assert facts["stderr"] == pytest.approx(figures[task]["exact_match_stderr,answer"])
        assert (facts["n"], facts["shots"], facts["answered"].keys()) == (
            LIMIT,
            shots,
            {"answer"} if task == "nano_math" else set(),
        )
        assert [(item.id, item.output, item.score, item.target) for item in ours[task].items] == [
            (f"{task}/{sample['doc_id']}", sample["resps"][0][0], sample["exact_match"], str(sample["target"]))
            for sample in samples[task]
        ]
        found = [sample["filtered_resps"][0] != "[none]" for sample in samples[task]]
        assert [item.answered for item in ours[task].items] == (found if task == "nano_math" else [None] * LIMIT)
    # Always right or always wrong, and nothing would have been compared.
    assert 0 < ours["nano_math"].value < 1


def test_results_are_kept_per_checkpoint(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path)
    first = measured(context)
    assert measured(context) == first
    other = replace(context.base, identity="another checkpoint")
    with pytest.raises(RunFolderError, match="input model"):
        measured(context, "base", other)


def test_results_are_kept_per_version_of_a_task(
    tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(tmp_path)
    first = measured(context)
    assert first.spec.inputs["task nano_math"] == version.task_version("nano_math")
    monkeypatch.setattr(evaluation, "task_version", lambda task, folder: f"newer {task}")
    with pytest.raises(RunFolderError, match="input task nano_math"):
        measured(context)


def test_what_places_the_work_is_no_part_of_the_plan(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    first = measured(context_of(tmp_path, config))
    config.evaluation.batch_size, config.evaluation.gate.patience = 3, 1
    assert measured(context_of(tmp_path, config)) == first
