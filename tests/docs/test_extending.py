"""docs/extending.md as a stranger takes it: its examples are packed, installed, held to the contract and run."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from crescent.config.slots import SLOTS
from tests.system.commandline import crescent, run_folder, tail

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"
FILES = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
EXAMPLES = {name: text for name, text in FILES.items() if name.startswith("my_package/")}
NAMES = {
    "source": "retell",
    "dedup": "same_figures",
    "backend": "one_by_one",
    "label": "clear",
    "select": "few_each",
    "objective": "focal",
    "gate": "few_lost",
}
"""The short names that the package declares, by slot."""

CHOSEN = tuple(f"{slot}={name}" for slot, name in NAMES.items())
SMALL = (
    *("+experiment=nano_quick", "rounds=2", "questions.target=20", "questions.wave_size=12", "questions.max_waves=3"),
    *("voting.samples=3", "evaluation.limit=6", "training.batch_size=4", "backend.shard_size=8"),
    *("source.every=2", "label.lead=1", "evaluation.gate.rule.most=0.5", "evaluation.gate.patience=null"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package is installed in, by pip, without a network."""
    pytest.importorskip("setuptools")
    project, target = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("installed")
    (project / "my_package").mkdir()
    (project / "my_package" / "__init__.py").touch()
    for name, text in FILES.items():
        if not name.startswith("tests/"):
            (project / name).write_text(text)
    command = ("install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(target), ".")
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def stranger(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands that are started see the package."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")]))
    return installed


@pytest.fixture(scope="module")
def run(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in which every step is the package's."""
    output = tmp_path_factory.mktemp("outputs")
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    done = crescent(*SMALL, *CHOSEN, output=output, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, tail(done)
    return run_folder(output)


def test_every_slot_has_a_short_example() -> None:
    assert set(EXAMPLES) == {f"my_package/{slot}.py" for slot in SLOTS}
    assert set(NAMES) == set(SLOTS)
    for name, text in EXAMPLES.items():
        assert len(text.splitlines()) < 40, name
        ast.parse(text)


def test_the_table_says_what_the_slots_are() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\(#\w+\) \| `(\w+)=` \| `(\S+)` \| `(\S+)` \| `(\S+)` \|$", PAGE.read_text(), re.M)
    assert sorted(rows) == sorted((name, name, it.key, f"crescent.{name}", it.protocol) for name, it in SLOTS.items())


def test_the_examples_keep_the_contract(stranger: Path, tmp_path: Path) -> None:
    """By the test file of the page, as it stands, in a pytest of its own."""
    (tmp_path / "test_my_package.py").write_text(FILES["tests/test_my_package.py"])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "--junitxml=results.xml",
        "--tb=short",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, tail(done, 30)
    results = ElementTree.parse(tmp_path / "results.xml").iter("testcase")
    assert {case.get("classname", "").rpartition(".Test")[2] for case in results} == {
        *("Retell", "SameFigures", "OneByOne", "Clear", "FewEach", "Focal", "FewLost")
    }


@pytest.mark.system
@pytest.mark.slow
def test_a_run_takes_every_step_from_the_package(run: Path) -> None:
    """Two rounds, so that the backend is opened with another model, too."""
    assert json.loads((run / "status.json").read_text())["state"] == "complete"
    rounds = [run / "round-01", run / "round-02"]
    for folder in rounds:
        made = facts(folder / "questions")
        assert made["decoder"] == facts(folder / "answers")["decoder"] == "one by one"
        specs = [inputs(folder / stage) for stage in ("questions", "answers", "dataset", "training")]
        used = [{name for name in spec if name.endswith(".use")} for spec in specs]
        assert used == [
            {"source.use", "dedup.own.use", "backend.own.use"},
            {"backend.own.use", "label.use"},
            {"label.use", "select.use"},
            {"objective.use"},
        ]
        verdict = json.loads((folder / "gate.json").read_text())
        assert "loses at most 50% of what that did" in verdict["rule"]
        assert "problems lost that were solved" in verdict["verdict"]
    assert facts(rounds[1] / "questions")["origins"]["retold"] > 0
    assert (run / "report.html").exists()


def facts(stage: Path) -> dict[str, Any]:
    """What a stage says of itself."""
    found: dict[str, Any] = json.loads((stage / "manifest.json").read_text())["content"]["facts"]
    return found


def inputs(stage: Path) -> dict[str, str]:
    """What the stage was made from."""
    found: dict[str, str] = json.loads((stage / "manifest.json").read_text())["content"]["spec"]["inputs"]
    return found


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("slot", ["label"])
def test_other_code_is_refused_by_name(run: Path, stranger: Path, slot: str) -> None:
    file = stranger / "my_package" / f"{slot}.py"
    before = file.read_text()
    file.write_text(before + "\nMORE = 1\n")
    try:
        done = crescent(*SMALL, *CHOSEN, output=run.parent)
    finally:
        file.write_text(before)
    assert done.returncode != 0
    assert f"{SLOTS[slot].key}.use" in done.stderr, tail(done)


@pytest.mark.parametrize("slot", NAMES)
def test_a_stranger_finds_it_among_the_choices(stranger: Path, slot: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crescent", "--keys", slot], capture_output=True, text=True, check=False
    )
    assert f"    {NAMES[slot]}: " in done.stdout
