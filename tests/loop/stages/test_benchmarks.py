"""Benchmarks by the backend: the same texts and figures as the harness's HFLM, in shards that outlive a kill."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lm_eval
import pytest
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoModelForCausalLM, AutoTokenizer

from crescent.config.schema import Config
from crescent.evaluation.isolation import isolated
from crescent.evaluation.results import Reply
from crescent.loop.stages import evaluation
from crescent.loop.stages.context import Context
from crescent.records import Completion
from crescent.runs.manifest import MANIFEST, Manifest
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.evaluation.conftest import folder, task_folder  # noqa: F401

TASKS = ["echo", "echo_more", "choose"]


def configured(folder: Path, task_folder: Path, **options: Any) -> Config:  # noqa: F811
    config = tiny()
    config.model.path, config.model.context = str(folder), 64
    config.evaluation.dev_task, *config.evaluation.tasks = [str(task_folder / f"{name}.yaml") for name in TASKS]
    config.evaluation.limit, config.evaluation.max_new_tokens, config.evaluation.filter = 24, None, "hash"
    for key, value in options.items():
        setattr(config.evaluation, key, value)
    return config


def measured(context: Context) -> Manifest:
    return evaluation.run(context, "base", context.base)


def by_hflm(folder: Path, task_folder: Path, shots: int, chat: bool) -> dict[str, Any]:  # noqa: F811
    """What `lm_eval.simple_evaluate` returns, with the harness's own model class."""
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    with isolated(model, 1):
        found: dict[str, Any] = lm_eval.simple_evaluate(
            HFLM(pretrained=model, tokenizer=tokenizer, batch_size=5),
            tasks=TASKS,
            task_manager=TaskManager(include_path=str(task_folder), include_defaults=False),
            num_fewshot=shots,
            limit=24,
            apply_chat_template=chat,
            fewshot_as_multiturn=chat,
            bootstrap_iters=0,
        )
    return found


@pytest.mark.parametrize(("shots", "chat"), [(0, True), (3, True), (0, False), (2, False)])
def test_texts_and_figures_are_those_of_the_harness(
    folder: Path,  # noqa: F811
    task_folder: Path,  # noqa: F811
    tmp_path: Path,
    context_of: Callable[..., Context],
    shots: int,
    chat: bool,
) -> None:
    context = context_of(tmp_path, configured(folder, task_folder, num_fewshot=shots, chat_template=chat))
    manifest = measured(context)
    assert manifest.facts["decoder"] == "slots"
    theirs = by_hflm(folder, task_folder, shots, chat)
    results = evaluation.items(context, manifest)
    for name, result in zip(TASKS, results.values(), strict=True):
        figures = {key: value for key, value in theirs["results"][name].items() if "," in key and "_stderr" not in key}
        assert result.metrics == figures
        rows = [row for row in theirs["samples"][name] if row["filter"] == result.primary.partition(",")[2]]
        assert [item.score for item in result.items] == [row[result.primary.partition(",")[0]] for row in rows]
        if name != "choose":
            assert [item.output for item in result.items] == [row["resps"][0][0] for row in rows]
    written = list(ShardFolder(tmp_path / "base/evaluation/completions").stream(Completion))
    ended = [row for row in written if row.stop == "stop"]
    assert not chat or {row.text.endswith("Stop") for row in ended} == {True, False}
    assert not any("Stop then" in row.text for row in written)


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory,
    folder: Path,  # noqa: F811
    task_folder: Path,  # noqa: F811
    context_of: Callable[..., Context],
) -> Path:
    """A run folder in which `configured` was measured."""
    path = tmp_path_factory.mktemp("measured")
    measured(context_of(path, configured(folder, task_folder)))
    return path


@pytest.mark.parametrize("kind", ["completions", "replies"])
def test_what_was_replied_before_a_kill_is_kept(
    finished: Path,
    folder: Path,  # noqa: F811
    task_folder: Path,  # noqa: F811
    tmp_path: Path,
    context_of: Callable[..., Context],
    kind: str,
) -> None:
    stage = Path(shutil.copytree(finished, tmp_path / "run")) / "base/evaluation"
    files = {path: path.read_bytes() for path in stage.rglob("*.jsonl")}
    first, lost, *_ = sorted((stage / kind).iterdir())
    (stage / MANIFEST).unlink()
    shutil.rmtree(stage / "results")
    lost.unlink()
    before = {path: path.stat().st_mtime_ns for path in stage.rglob("*.jsonl")}
    assert first in before
    config = configured(folder, task_folder, batch_size=3 if kind == "completions" else 64)
    measured(context_of(tmp_path / "run", config))
    assert {path: path.read_bytes() for path in stage.rglob("*.jsonl")} == files
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_shards_are_of_few_requests_and_name_their_items(finished: Path) -> None:
    stage = finished / "base/evaluation"
    completions, replies = ShardFolder(stage / "completions"), ShardFolder(stage / "replies")
    assert len(completions.finished()) == 6  # of eight requests each
    assert len(replies.finished()) == 12
    items = [row.request.rpartition(":")[2] for row in completions.stream(Completion)]
    assert items == [f"{task}/{number}" for task in TASKS[:2] for number in range(24)]
    choices = [row.id.rpartition(":")[2] for row in replies.stream(Reply)]
    assert choices == [f"choose/{number}.{choice}" for number in range(24) for choice in range(4)]


def test_shards_of_other_requests_are_made_anew(
    finished: Path,
    folder: Path,  # noqa: F811
    task_folder: Path,  # noqa: F811
    tmp_path: Path,
    context_of: Callable[..., Context],
) -> None:
    stage = Path(shutil.copytree(finished, tmp_path / "run")) / "base/evaluation"
    expected = (stage / MANIFEST).read_bytes()
    names = {kind: {path.name for path in (stage / kind).iterdir()} for kind in ("completions", "replies")}
    (stage / MANIFEST).unlink()
    shutil.rmtree(stage / "results")
    config = configured(folder, task_folder)
    config.backend.shard_size = 20
    again = measured(context_of(tmp_path / "run", config))
    for kind, before in names.items():
        assert not before & {path.name for path in (stage / kind).iterdir()}
    tasks = json.loads(expected)["content"]["facts"]["tasks"]
    assert again.facts["tasks"] == tasks
    assert '"discard"' in (tmp_path / "run/events.jsonl").read_text()


@pytest.mark.parametrize("why", ["repetition_penalty", "backend=server"])
def test_what_the_decoder_would_write_otherwise_is_left_to_the_harness(
    finished: Path,
    folder: Path,  # noqa: F811
    task_folder: Path,  # noqa: F811
    tmp_path: Path,
    context_of: Callable[..., Context],
    why: str,
) -> None:
    place = Path(shutil.copytree(folder, tmp_path / "model"))
    config = configured(place, task_folder)
    if why == "backend=server":
        config.backend.name, config.backend.url = "server", "http://localhost:1/v1"
    else:
        settings = json.loads((place / "generation_config.json").read_text())
        (place / "generation_config.json").write_text(json.dumps(settings | {"repetition_penalty": 1.5}))
    context = context_of(tmp_path / "run", config)
    manifest = measured(context)
    assert manifest.facts["decoder"].startswith("generate: ")
    assert why in manifest.facts["decoder"]
    assert not (tmp_path / "run/base/evaluation/completions").exists()
    outputs = [item.output for result in evaluation.items(context, manifest).values() for item in result.items]
    theirs = by_hflm(place, task_folder, 0, True)["samples"]
    assert outputs[:24] == [row["resps"][0][0] for row in theirs["echo"] if row["filter"] == "hash"]
    usual = [row.text for row in ShardFolder(finished / "base/evaluation/completions").stream(Completion)]
    same = [usual[i].partition("Stop")[0] == outputs[i] for i in range(24)]
    assert all(same) if why == "backend=server" else not all(same)
