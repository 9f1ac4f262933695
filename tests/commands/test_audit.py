"""`stage=audit`: consensus labels against known answers, on the embedded model."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import crescent
from crescent.commands.table import start
from crescent.config.schema import Audit, Config
from crescent.errors import ConfigError, DataError, RunFolderError
from crescent.loop.stages.rows import solutions
from crescent.nano.world import problem
from crescent.records import Consensus, Solution
from crescent.runs.folder import read_json
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
PROBLEMS = 40


def configuration(data: Path, **keys: Any) -> Config:
    return replace(tiny("audit"), stage="audit", audit=Audit(data=str(data), **keys))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Problems of the embedded model's world, in the form of GSM8K."""
    path = tmp_path_factory.mktemp("data") / "world.jsonl"
    problems = [problem(seed, steps=1 + seed % 2) for seed in range(PROBLEMS)]
    lines = [{"question": p.question, "answer": f"{p.worked.partition('####')[0]}\n#### {p.answer}"} for p in problems]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def audited(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "audit"
    assert start(configuration(data), folder) == 0
    return folder


def figures(folder: Path) -> dict[str, Any]:
    found = read_json(folder / "audit.json")
    assert found is not None
    return found


def votes(folder: Path) -> Iterator[tuple[str, list[Solution]]]:
    """(truth, solutions) of every question, counted by hand."""
    found: dict[str, list[Solution]] = {}
    for row in solutions(folder / "audit" / "answers"):
        found.setdefault(row.question, []).append(row)
    for id, rows in found.items():
        number = int(id.removeprefix("row-")) - 1
        yield str(problem(number, steps=1 + number % 2).answer), rows


def test_figures_are_those_counted_by_hand(audited: Path) -> None:
    found = figures(audited)
    assert (found["questions"], found["solutions"], found["compared"]) == (PROBLEMS, 4 * PROBLEMS, 4)
    right = [[row.answer == truth for row in rows] for truth, rows in votes(audited)]
    assert found["single_sample"]["value"] == pytest.approx(sum(map(sum, right)) / (4 * PROBLEMS))
    assert found["single_sample"]["value"] > 0
    assert found["pass_at_k"]["4"]["value"] == pytest.approx(sum(map(any, right)) / PROBLEMS)
    assert found["pass_at_k"]["1"]["value"] == pytest.approx(found["single_sample"]["value"])
    assert set(found["pass_at_k"]) == {"1", "2", "4"}
    majority = 0
    for truth, rows in votes(audited):
        leaders = Counter(row.answer for row in rows if row.answer is not None).most_common(1)
        majority += bool(leaders) and leaders[0][0] == truth
    assert found["majority"]["value"] == pytest.approx(majority / PROBLEMS)
    outcome = list(ShardFolder(audited / "audit" / "answers" / "consensus").stream(Consensus))
    assert found["accepted"]["n"] == sum(row.reason is None for row in outcome)
    assert found["coverage"] == pytest.approx(found["accepted"]["n"] / PROBLEMS)
    assert sum(one["questions"] for one in found["by_agreement"]) == PROBLEMS
    by_agreement = sum(one["questions"] * (one["accuracy"] or 0) for one in found["by_agreement"])
    assert by_agreement / PROBLEMS == pytest.approx(found["majority"]["value"])
    assert 0 <= found["calibration_error"] <= 1
    assert sum(found["matches"].values()) == pytest.approx((1 - found["no_answer"]) * found["solutions"])


def test_an_interrupted_audit_goes_on_and_gives_the_same_files(data: Path, audited: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(audited, tmp_path / "audit"))
    whole = {path: path.read_bytes() for path in folder.rglob("0*.jsonl")}
    answers = folder / "audit" / "answers"
    (answers / "manifest.json").unlink()
    next((answers / "solutions" / "00").glob("00002.*")).unlink()
    next((answers / "consensus").iterdir()).unlink()
    (folder / "audit.json").unlink()
    start(configuration(data), folder)
    assert whole == {path: path.read_bytes() for path in folder.rglob("0*.jsonl")}
    assert figures(folder) == figures(audited)


def test_it_is_told_as_plain_lines(data: Path, audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(configuration(data), audited)
    out = capsys.readouterr().out
    assert f"This audit is complete: {audited}" in out
    for words in ("single sample", "majority", "accepted labels", "coverage", "pass@4", "agreement  ", "read by"):
        assert words in out
    assert "pass@1" not in out


def test_other_rows_under_the_same_name_are_refused(data: Path, audited: Path, tmp_path: Path) -> None:
    before = data.read_bytes()
    try:
        data.write_bytes(before.replace(b"has", b"had", 1))
        with pytest.raises(RunFolderError, match="input data"):
            start(configuration(data), audited)
    finally:
        data.write_bytes(before)


def test_another_model_is_refused(data: Path, audited: Path) -> None:
    config = configuration(data)
    config.model.path = "some/other"
    with pytest.raises(RunFolderError, match=r"model\.path"):
        start(config, audited)


def test_nothing_is_made_for_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        start(configuration(tmp_path / "absent.jsonl"), tmp_path / "run")
    (tmp_path / "bad.jsonl").write_text('{"question": "What?", "answer": "#### ??"}')
    with pytest.raises(DataError, match="row 1"):
        start(configuration(tmp_path / "bad.jsonl"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.system
@pytest.mark.skipif(not (SHARED / "gsm8k").is_dir(), reason="needs ../shared/data/gsm8k")
def test_gsm8k_on_the_command_line(tmp_path: Path) -> None:
    """The embedded model knows none of it; what counts is that questions go in and figures come out."""
    data = f"audit.data={SHARED / 'gsm8k'}"
    arguments = ["+experiment=audit", data, "audit.limit=12", "voting.samples=4", "voting.sampling.max_new_tokens=48"]
    first = command(*arguments, "trainer.threads=1", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "Auditing 12 questions" in first.stdout
    [folder] = (tmp_path / "outputs").iterdir()
    assert folder.name.startswith("audit-seed1,")
    assert figures(folder)["questions"] == 12
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    for name in ("torch", "transformers", "pytorch_lightning", "lm_eval"):
        (blocked / f"{name}.py").write_text("raise ImportError('not needed here')")
    again = command(*arguments, cwd=tmp_path, before=blocked)
    assert again.returncode == 0, again.stderr
    assert "This audit is complete" in again.stdout


def command(*arguments: str, cwd: Path, before: Path | None = None) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([*([str(before)] if before else []), str(Path(crescent.__file__).parents[2])])
    return subprocess.run(
        [sys.executable, "-m", "crescent", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=280,
        env=os.environ | {"PYTHONPATH": path},
    )
