"""`audit.data` in an ordinary run: every round says what its labels are worth, and learns nothing from that file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.run import start
from crescent.commands.verify.command import examine
from crescent.config.schema import Audit, Config, Dedup
from crescent.dedup.removal import decontaminate
from crescent.errors import ConfigError, DataError
from crescent.evaluation.labelled import Truth
from crescent.loop.overlap import check_labelled
from crescent.loop.stages import audit
from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.nano.benchmarks import benchmark_rows
from crescent.nano.solver import solve
from crescent.nano.world import problem
from crescent.plan.workload import workload
from crescent.records import Consensus, Pair, Question
from crescent.reporting.tracking.entries import Figures
from crescent.reporting.tracking.journal import journal
from crescent.runs import rows
from crescent.runs.folder import read_json
from crescent.runs.shards import ShardFolder
from tests.commands.verify.forge import edit, only, reseal, said
from tests.conftest import tiny

pytestmark = pytest.mark.slow
WORLD = 24


def pairs(run: Path) -> set[str]:
    return {pair.question for pair in rows.read(run / "round-01/dataset/train.jsonl", Pair)}


@pytest.fixture(scope="module")
def data(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Problems of the world that are near no test, and every second question that a run without them learns from."""
    drawn = [problem(30_000_000 + number, steps=1) for number in range(4 * WORLD)]
    tests = [row["question"] for name in ("nano_math", "nano_dev") for row in benchmark_rows(name)]
    far = decontaminate([one.question for one in drawn], tests, Dedup()).kept[:WORLD]
    found = [{"question": drawn[place].question, "answer": drawn[place].answer} for place in far]
    learned = sorted(question for question in pairs(finished_run) if solve(question) is not None)[::2]
    found += [{"question": question, "answer": solve(question)} for question in learned]
    path = tmp_path_factory.mktemp("data") / "labelled.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
    return path


def configured(data: Path, **keys: Any) -> Config:
    config = tiny()
    config.rounds, config.audit = 1, Audit(data=str(data), **keys)
    return config


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "labelled"
    assert start(configured(data), folder) == 0
    return folder


def test_its_questions_are_never_learned_from(data: Path, whole: Path, finished_run: Path) -> None:
    labelled = {json.loads(line)["question"] for line in data.read_text().splitlines()}
    without, learned = pairs(finished_run), pairs(whole)
    assert labelled & without
    assert learned == without - labelled
    now, before = (
        (read_json(run / "summary.json") or {})["rounds"][0]["dataset"]["contamination"]
        for run in (whole, finished_run)
    )
    assert now["dropped"] - before["dropped"] == len(labelled & without)
    assert set(now["checked"]) - set(before["checked"]) == {"audit.data"}


def test_everything_up_to_the_pairs_is_what_it_is_without_the_file(whole: Path, finished_run: Path) -> None:
    for place in ("questions/accepted", "answers/consensus", "answers/solutions/00"):
        names = [sorted(path.name for path in (run / "round-01" / place).iterdir()) for run in (whole, finished_run)]
        assert names[0] == names[1]  # names carry the digests of their content


def test_the_figures_are_those_counted_by_hand(data: Path, whole: Path) -> None:
    stage = whole / "round-01/audit"
    truth = {row.question: row.answer for row in ShardFolder(stage / "truth").stream(Truth)}
    asked = {row.id: row.text for row in ShardFolder(stage / "asked").stream(Question)}
    assert {asked[id]: answer for id, answer in truth.items()} == {
        row["question"]: str(row["answer"]) for row in map(json.loads, data.read_text().splitlines())
    }
    outcomes = list(ShardFolder(stage / "consensus").stream(Consensus))
    right = [row.answer == truth[row.question] for row in outcomes if row.reason is None]
    found = (read_json(whole / "summary.json") or {})["rounds"][0]["audit"]
    assert found["data"] == data.name
    assert found["questions"] == len(outcomes) == len(truth) == len(asked)
    assert found["accepted"] == len(right) > 0
    assert found["labels"]["value"] == pytest.approx(sum(right) / len(right))
    assert found["labels"]["low"] < found["labels"]["value"] < found["labels"]["high"] or sum(right) in (0, len(right))
    drawn = [row.answer == truth[row.question] for row in solutions(stage)]
    assert found["single_sample"]["value"] == pytest.approx(sum(drawn) / len(drawn))
    assert found["solutions"] == len(drawn) == 4 * len(truth)


def test_the_report_the_trackers_and_the_cost_have_it(data: Path, whole: Path) -> None:
    summary: dict[str, Any] = read_json(whole / "summary.json") or {}
    [cost] = [entry for entry in summary["cost"] if entry["stage"] == "round-01/audit"]
    found = summary["rounds"][0]["audit"]
    assert cost["tokens"] == found["tokens"] > 0
    page = (whole / "report.html").read_text()
    assert "Labels on questions with known answers." in page and data.name in page
    assert f"{found['accepted']} of {found['questions']}" in page
    [part] = [part for part in journal(whole, configured(data)) if part.name == "round-01/audit"]
    [(_, entry)] = part.entries()
    assert isinstance(entry, Figures)
    assert entry.values["audit/labels/value"] == found["labels"]["value"] and entry.values["round"] == 1.0


def test_the_plan_counts_it(data: Path) -> None:
    works = {work.stage: work for work in workload(configured(data, limit=10))}
    assert works["round-01/audit"].sequences == 10 * tiny().voting.samples
    assert "round-01/audit" not in {work.stage for work in workload(tiny())}


def test_an_audit_that_was_cut_off_ends_with_the_same_files(
    data: Path, whole: Path, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "run"))
    stage = folder / "round-01/audit"
    before = {path: path.read_bytes() for path in stage.rglob("0*.jsonl")}
    context = context_of(folder, configured(data))
    done = audit.run(context, "round-01", context.base)
    assert done.files and (stage / "manifest.json").exists()  # finished: it is not done again
    (stage / "manifest.json").unlink()
    only(stage, "solutions/00/00001*").unlink()
    only(stage, "consensus/*").unlink()
    assert audit.run(context, "round-01", context.base).files == done.files
    assert {path: path.read_bytes() for path in stage.rglob("0*.jsonl")} == before


def test_verify_counts_the_labels_again(whole: Path, tmp_path: Path) -> None:
    assert [each for each in examine(whole).disagreements if "audit" in each.file] == []
    folder = Path(shutil.copytree(whole, tmp_path / "run"))
    stage = folder / "round-01/audit"
    path = only(stage, "truth/*")
    for line in range(1, WORLD + 1):
        edit(path, line, lambda row: row.update(answer="-5"))
    reseal(path, stage)
    assert any(line.startswith("round-01/audit/manifest.json, facts.labels") for line in said(folder))


def test_a_file_that_overlaps_the_tests_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    path, row = tmp_path / "labelled.jsonl", benchmark_rows("nano_dev")[7]
    lines = [{"question": "How many days has a leap year of the calendar that we use?", "answer": 366}, row]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        start(configured(path), tmp_path / "run")
    [line] = caught.value.mistakes
    begin = f"audit.data={path}: 1 of 2 questions too close to one of a benchmark, such as row 2 to "
    assert line.startswith(begin + repr(row["question"][:60])[:-1]) and line.endswith("of nano_dev; leave them out")
    assert not (tmp_path / "run").exists()
    check_labelled(configured(path, limit=1))


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        start(configured(tmp_path / "absent.jsonl"), tmp_path / "run")
    (tmp_path / "bad.jsonl").write_text('{"question": "What?", "answer": "#### ??"}')
    with pytest.raises(DataError, match="row 1"):
        start(configured(tmp_path / "bad.jsonl"), tmp_path / "run")
    assert not (tmp_path / "run").exists()
