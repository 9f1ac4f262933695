"""Test sets are never read by any decision: with other test data every decision and every training file is the same."""

import json
import shutil
from pathlib import Path

import yaml

from crescent.commands.run import start
from crescent.evaluation.tasks import OWN
from crescent.runs.folder import read_json
from tests.conftest import tiny

MADE = ("questions", "answers", "dataset", "training/model", "training")
"""Folders of a round in which everything follows from decisions, or is trained on what was decided."""


def falsified(into: Path) -> Path:
    """The task nano_math with the same questions and other answers: a model that solves the one fails the other."""
    shutil.copytree(OWN / "nano", into)
    data = into / "data" / "nano_math.jsonl"
    rows = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    false = [row | {"answer": str(int(row["answer"]) + 1)} for row in rows]
    data.write_text("".join(json.dumps(row) + "\n" for row in false), encoding="utf-8")
    return into / "nano_math.yaml"


def decisions(run: Path) -> dict[str, bytes]:
    """Every verdict, and every file of rows or weights that the rounds made."""
    files = [path for name in MADE for path in sorted(run.glob(f"round-*/{name}/**/*")) if path.is_file()]
    rows = [path for path in files if path.suffix in (".jsonl", ".safetensors")]
    return {str(path.relative_to(run)): path.read_bytes() for path in [*sorted(run.glob("round-*/gate.json")), *rows]}


def test_falsified_test_data_change_no_decision_and_no_training_file(finished_run: Path, tmp_path: Path) -> None:
    config = tiny()
    task = str(falsified(tmp_path / "tasks"))
    config.evaluation.tasks = [task]
    assert start(config, tmp_path / "run") == 0
    expected, found = decisions(finished_run), decisions(tmp_path / "run")
    assert {Path(name).suffix for name in expected} == {".json", ".jsonl", ".safetensors"}
    assert sum(name.endswith("gate.json") for name in expected) == 2
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
    summaries = [read_json(folder / "summary.json") or {} for folder in (finished_run, tmp_path / "run")]
    true, false = (part["rounds"][0]["evaluation"] for part in summaries)
    assert true["nano_math"]["value"] != false[task]["value"]
    assert false[task]["against_base"]


def test_the_loop_decides_the_same_without_any_test_task(tmp_path: Path) -> None:
    """Without the check for contamination, which drops pairs that are too close to a question of the test."""
    for name, tasks in (("with", ["nano_hard", "nano_skills"]), ("without", [])):
        config = tiny()
        config.rounds, config.evaluation.contamination, config.evaluation.tasks = 1, None, tasks
        assert start(config, tmp_path / name) == 0
    assert decisions(tmp_path / "with") == decisions(tmp_path / "without")


def test_the_gate_module_knows_no_task() -> None:
    """What decides takes figures of dev and guard tasks alone: it imports no results, no stages, names no task."""
    import ast

    from crescent.evaluation import gate

    tree = ast.parse(Path(gate.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.startswith("crescent.")} == {
        "crescent.config.schema",
        "crescent.config.seeds",
        "crescent.config.slots",
        "crescent.evaluation.alarms",
        "crescent.evaluation.rules.not_worse",
        "crescent.evaluation.rules.rule",
        "crescent.records",
    }


def test_no_reported_benchmark_of_a_configuration_decides() -> None:
    for file in (Path(__file__).parents[2] / "conf" / "evaluation").glob("*.yaml"):
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert settings.get("dev_task") not in settings.get("tasks", [])
