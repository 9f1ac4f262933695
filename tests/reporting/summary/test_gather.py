import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.evaluation.results import TaskResult
from crescent.loop.stages.context import Context
from crescent.records import Drop, Pair, Question
from crescent.reporting.summary.gather import gather
from crescent.runs import rows
from crescent.runs.folder import read_json
from crescent.runs.manifest import MANIFEST
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

CLOCK = ("environment", "peak_gb")


@pytest.fixture(scope="module")
def summary(finished_run: Path) -> dict[str, Any]:
    found = read_json(finished_run / "summary.json")
    assert found is not None
    return found


def test_it_is_the_same_whenever_it_is_gathered(
    finished_run: Path, context_of: Callable[..., Context], summary: dict[str, Any]
) -> None:
    again = msgspec.to_builtins(gather(context_of(finished_run), summary["note"], stopped=False))
    again = json.loads(json.dumps(again))
    assert {k: v for k, v in again.items() if k not in CLOCK} == {k: v for k, v in summary.items() if k not in CLOCK}


def test_it_names_the_run(summary: dict[str, Any]) -> None:
    assert (summary["name"], summary["seed"], summary["state"]) == ("tiny", 1, "complete")
    assert summary["config"] == asdict(tiny())
    assert [part["round"] for part in summary["rounds"]] == [1, 2]


def test_questions_and_pairs_are_those_of_the_rows(finished_run: Path, summary: dict[str, Any]) -> None:
    for part in summary["rounds"]:
        folder = finished_run / f"round-{part['round']:02d}"
        questions = part["questions"]
        assert questions["accepted"] == len(list(ShardFolder(folder / "questions/accepted").stream(Question)))
        assert sum(questions["drops"].values()) == len(list(ShardFolder(folder / "questions/drops").stream(Drop)))
        for name in ("written", "accepted", "rewrites"):
            assert questions[name] == sum(wave[name] for wave in questions["waves"])
        pairs = rows.read(folder / "dataset/train.jsonl", Pair)
        assert part["dataset"]["total"] == part["training"]["pairs"] == len(pairs)
        assert part["dataset"]["new"] == sum(pair.round == part["round"] for pair in pairs)
        assert part["training"]["steps"] == len(part["training"]["losses"])


def test_costs_are_those_of_the_manifests(finished_run: Path, summary: dict[str, Any]) -> None:
    stages = [cost["stage"] for cost in summary["cost"]]
    assert stages == sorted(p.parent.relative_to(finished_run).as_posix() for p in finished_run.glob(f"*/*/{MANIFEST}"))
    assert summary["wall_s"] == pytest.approx(sum(cost["seconds"] for cost in summary["cost"]), abs=1e-3)
    tokens = {cost["stage"]: cost["tokens"] for cost in summary["cost"]}
    for part in summary["rounds"]:
        for name in ("questions", "answers", "training"):
            assert tokens[f"round-{part['round']:02d}/{name}"] == part[name]["tokens"] > 0


def test_comparisons_are_those_of_the_items(finished_run: Path, summary: dict[str, Any]) -> None:
    def scores(name: str, task: str) -> dict[str, float]:
        results = ShardFolder(finished_run / name / "evaluation/results").stream(TaskResult)
        return {item.id: item.score for result in results if result.task == task for item in result.items}

    names = ["base", "round-01", "round-02"]
    for part in summary["rounds"]:
        for task, facts in part["evaluation"].items():
            now = scores(names[part["round"]], task)
            assert facts["value"] == pytest.approx(sum(now.values()) / len(now))
            for key, other in (("against_base", "base"), ("against_previous", names[part["round"] - 1])):
                before = scores(other, task)
                difference = sum(now.values()) / len(now) - sum(before.values()) / len(before)
                assert facts[key]["difference"] == pytest.approx(difference, abs=1e-6)
                assert facts[key]["low"] <= facts[key]["difference"] + 1e-6
                assert facts[key]["difference"] <= facts[key]["high"] + 1e-6


def test_the_best_round_is_the_gates(summary: dict[str, Any]) -> None:
    kept = [part["round"] for part in summary["rounds"] if part["gate"]["accepted"]]
    assert summary["best_round"] == (kept[-1] if kept else 0)
    assert summary["rounds"][-1]["gate"]["best_round"] == summary["best_round"]


def test_a_run_that_ended_early_is_gathered_as_far_as_it_came(
    copied_run: Path, context_of: Callable[..., Context]
) -> None:
    import shutil

    shutil.rmtree(copied_run / "round-02" / "answers")
    for name in ("dataset", "training", "evaluation"):
        (copied_run / "round-02" / name / MANIFEST).unlink()
    (copied_run / "round-02" / "gate.json").unlink()
    found = gather(context_of(copied_run), "ended", stopped=True)
    assert (found.state, found.note) == ("stopped", "ended")
    first, second = found.rounds
    assert second.questions is not None
    assert second.answers is second.dataset is second.training is second.gate is None
    assert second.evaluation == {} and second.samples == []
    assert None not in (first.questions, first.answers, first.dataset, first.training, first.gate)
    assert first.evaluation and first.samples
