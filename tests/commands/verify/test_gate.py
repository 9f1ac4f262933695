"""The gate's decisions are judged again by the rule of the run, from the problems themselves."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.run import start
from crescent.commands.verify.command import examine
from crescent.config.schema import Config
from crescent.runs.folder import read_json, write_json
from tests.commands.verify.forge import edit, only, reseal, said
from tests.conftest import tiny

pytestmark = pytest.mark.slow


def gated() -> Config:
    """A rule that tests, a guard task, and an alarm that rings."""
    config = tiny()
    config.rounds, config.evaluation.tasks, config.evaluation.limit = 1, [], 40
    config.evaluation.gate.rule = {"use": "better", "level": 0.2}
    config.evaluation.guard_task, config.evaluation.alarms.grow = "nano_skills_dev", 1.0
    config.evaluation.alarms.shrink = 1.0
    return config


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "gated"
    assert start(gated(), folder) == 0
    return folder


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def test_verdicts_of_a_rule_that_tests_agree(whole: Path) -> None:
    findings = examine(whole)
    gate_found = next(check for check in findings.listed() if check.name == "gate")
    assert gate_found.compared > 0 and gate_found.missing == []
    assert [each for each in findings.disagreements if not each.file.startswith("round-01/dataset")] == []
    gate: dict[str, Any] = read_json(whole / "round-01/gate.json") or {}
    assert "one-sided p = " in gate["verdict"] and "shows its answers on nano_dev to be better" in gate["rule"]
    assert len(gate["inputs"]["guard_accuracy"]) == 2 and gate["inputs"]["guard_accuracy"][0] > 0
    assert gate["replies"]["count"] == 40 and gate["replies"]["cut"] is not None
    assert len(gate["alarms"]) == 1 and "on average" in gate["alarms"][0]
    page = (whole / "report.html").read_text()
    assert "Accuracy on nano_skills_dev, which must not fall" in page and "Replies to the dev task: " in page
    assert gate["alarms"][0].split(" (")[0] in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda gate: gate.update(accepted=not gate["accepted"]), "round-01/gate.json, accepted: "),
        (lambda gate: gate["inputs"].update(guard_accuracy=[0.1, 0.9]), "round-01/gate.json, inputs.guard_accuracy"),
        (lambda gate: gate.update(alarms=[]), "round-01/gate.json, alarms"),
        (lambda gate: gate["replies"].update(repeat=0.99), "round-01/gate.json, replies.repeat: stored 0.99"),
    ],
)
def test_a_verdict_that_was_edited_is_named(run: Path, change: Callable[[dict[str, Any]], None], named: str) -> None:
    gate: dict[str, Any] = read_json(run / "round-01/gate.json") or {}
    change(gate)
    write_json(run / "round-01/gate.json", gate)
    assert any(line.startswith(named) for line in said(run))


def test_problems_that_were_exchanged_are_named(run: Path) -> None:
    """A problem under another name: the two models were not asked the same."""
    stage = run / "round-01/evaluation"
    path = only(stage, "results/00000*")
    edit(path, 1, lambda row: row["items"][0].update(id="nano_dev/999"))
    reseal(path, stage)
    lines = said(run)
    assert any(line.startswith("round-01/gate.json") and "asked different problems" in line for line in lines)
