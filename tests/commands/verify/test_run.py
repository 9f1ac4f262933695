"""A run that is whole agrees with its page; whatever is edited by hand is named."""

import json
import shutil
from pathlib import Path

import pytest

from crescent.commands.run import start
from crescent.commands.verify.command import examine
from crescent.runs.atomic import file_digest
from crescent.runs.folder import write_json
from tests.commands.verify.forge import edit, only, reseal, said
from tests.conftest import tiny

pytestmark = pytest.mark.slow
ANSWERS = "round-01/answers"


def test_a_whole_run_agrees_and_stays_as_it_is(copied_run: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in copied_run.rglob("*")}
    findings = examine(copied_run)  # the copy stands in another place than the run did
    assert findings.disagreements == []
    assert [check.missing for check in findings.listed()] == [[]] * 9
    assert all(check.compared for check in findings.listed())
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in copied_run.rglob("*")} == before


def sampled_run(folder: Path) -> Path:
    config = tiny("sampled")
    config.rounds, config.evaluation.sampled = 1, {"nano_dev": 4, "nano_math": 2}
    assert start(config, folder) == 0
    return folder


def test_sampled_benchmarks_are_recomputed_from_rows_and_rows_from_replies(tmp_path: Path) -> None:
    folder = sampled_run(tmp_path / "sampled")
    checks = {check.name: check for check in examine(folder).listed()}
    for name in ("files", "chain", "scores", "gate", "figures", "page"):
        assert checks[name].disagreements == []
        assert checks[name].compared
    stage = folder / "base/draws"
    path = only(stage, "judged/00000*")
    row = edit(path, 2, lambda row: row.update(scores=[1.0 - score for score in row["scores"]], tokens=[9, 9, 9, 9]))
    name = reseal(path, stage).relative_to(folder).as_posix()
    lines = said(folder)
    assert any(line.startswith(f"{name}, line 2, problem {row['id']}, majority.") for line in lines)
    assert any(line.startswith(f"base/draws/completions/00, {row['id']}, tokens") for line in lines)
    assert any(line.startswith("base/draws/manifest.json, facts.tasks.nano_dev.average.value: ") for line in lines)
    assert any(line.startswith("round-01/gate.json, inputs.dev_accuracy") for line in lines)


def test_an_edited_solution_is_named_with_its_row(copied_run: Path) -> None:
    path = only(copied_run, f"{ANSWERS}/solutions/00/00000*")
    row = edit(path, 3, lambda row: row.update(answer="123456"))
    name, lines = path.relative_to(copied_run).as_posix(), said(copied_run)
    assert any(line.startswith(f"{name}, digest: ") for line in lines)
    place = f"{name}, line 3, sample {row['sample']} of {row['question']}, answer: stored 123456, recomputed "
    assert any(line.startswith(place) for line in lines)


def test_a_consensus_is_voted_on_again_however_well_it_is_sealed(copied_run: Path) -> None:
    stage = copied_run / ANSWERS
    path = only(stage, "consensus/*")
    row = edit(path, 2, lambda row: row.update(answer="777", votes=4, agreement=1.0))
    name = reseal(path, stage).relative_to(copied_run).as_posix()
    lines = said(copied_run)
    assert not any(line.startswith(f"{name}, digest") for line in lines)
    assert any(line.startswith(f"{name}, line 2, question {row['question']}.answer: stored 777,") for line in lines)
    assert any(line.startswith(f"round-01/dataset/manifest.json, input {ANSWERS}: ") for line in lines)


def test_a_pair_that_no_vote_made_is_named(copied_run: Path) -> None:
    stage = copied_run / "round-01/dataset"
    row = edit(stage / "train.jsonl", 1, lambda row: row.update(solution="It is 5. #### 5"))
    reseal(stage / "train.jsonl", stage)
    lines = said(copied_run)
    place = f"round-01/dataset/train.jsonl, line 1, pair {row['id']}.solution: stored It is 5. #### 5, recomputed "
    assert any(line.startswith(place) for line in lines)


def test_a_pair_that_was_added_and_one_that_was_taken_away_are_named(copied_run: Path) -> None:
    path = copied_run / "round-01/dataset/train.jsonl"
    first = json.loads(path.read_text().splitlines()[0])["id"]
    row = edit(path, 1, lambda row: row.update(id="r01-w001-q09999"))
    lines = said(copied_run)
    assert any(f"line 1, pair {row['id']}: " in line and "does not follow from the votes" in line for line in lines)
    assert any(f"train.jsonl, pair {first}: stored no such pair" in line for line in lines)


def test_an_item_that_is_made_right_is_found_by_its_mean_and_its_score_elsewhere(copied_run: Path) -> None:
    stage = copied_run / "base/evaluation"
    path = only(stage, "results/00000*")
    wrong = next(item for item in json.loads(path.read_text())["items"] if not item["correct"])

    def make_right(row: dict) -> None:  # type: ignore[type-arg]
        item = next(item for item in row["items"] if item["id"] == wrong["id"])
        item.update(correct=True, score=1.0)

    edit(path, 1, make_right)
    name = reseal(path, stage).relative_to(copied_run).as_posix()
    lines = said(copied_run)
    assert any(line.startswith(f"{name}, nano_dev, exact_match,answer: stored ") for line in lines)
    assert any(line.startswith("base/evaluation/manifest.json, facts.tasks.nano_dev.value: stored ") for line in lines)
    assert any(line.startswith("round-01/gate.json, inputs.dev_accuracy[0]: ") for line in lines)


def test_an_item_whose_text_the_model_did_not_write_is_named(copied_run: Path) -> None:
    path = only(copied_run, "round-01/evaluation/results/00001*")
    edit(path, 1, lambda row: row["items"][2].update(output="#### 99", correct=False))
    name, lines = path.relative_to(copied_run).as_posix(), said(copied_run)
    assert any(line.startswith(f"{name}, item nano_math/2, output: stored #### 99, recomputed ") for line in lines)


def test_figures_of_the_summary_and_digits_of_the_page_are_named(copied_run: Path) -> None:
    path = copied_run / "summary.json"
    summary = json.loads(path.read_text())
    summary["rounds"][0]["evaluation"]["nano_math"]["against_base"]["low"] += 0.1
    path.write_text(json.dumps(summary))
    lines = said(copied_run)
    assert any(line.startswith("summary.json, digest: ") for line in lines)
    place = "summary.json, rounds[round 1].evaluation.nano_math.against_base.low: stored "
    assert any(line.startswith(place) for line in lines)
    assert any(line.startswith("report.html, line ") for line in lines)


def test_a_page_that_was_edited_alone_is_named(copied_run: Path) -> None:
    page = copied_run / "report.html"
    text = page.read_text()
    assert "66.7" in text
    page.write_text(text.replace("66.7", "96.7", 1))
    [line] = said(copied_run)
    assert line.startswith("report.html, line ")
    assert line.index("96.7") < line.index("recomputed") < line.index("66.7")


def test_a_page_of_another_version_is_not_held_against_this_one(copied_run: Path) -> None:
    path = copied_run / "summary.json"
    summary = json.loads(path.read_text())
    summary["environment"]["crescent"] = "0.0.9"
    write_json(path, summary)
    status = json.loads((copied_run / "status.json").read_text())
    write_json(copied_run / "status.json", status | {"summary": file_digest(path)})
    findings = examine(copied_run)
    assert findings.disagreements == []
    [sentence] = findings.of("page").missing
    assert "crescent 0.0.9 made it" in sentence


def test_a_flipped_bit_in_a_manifest_a_verdict_and_the_configuration_are_named(copied_run: Path) -> None:
    manifest = copied_run / "round-02/training/manifest.json"
    manifest.write_text(manifest.read_text().replace('"steps": ', '"steps": 1', 1))
    gate = copied_run / "round-01/gate.json"
    gate.write_text(gate.read_text().replace('"best_round": 1', '"best_round": 0'))
    config = copied_run / "config.yaml"
    config.write_text(config.read_text().replace("min_agreement: 0.5", "min_agreement: 0.7"))
    lines = said(copied_run)
    assert any(line.startswith("round-02/training/manifest.json: ") and "it was altered" in line for line in lines)
    assert "round-01/gate.json, best_round: stored 0, recomputed 1" in lines
    assert any("setting voting.min_agreement, which config.yaml has otherwise: stored 0.5" in line for line in lines)
    assert any(line.startswith("summary.json, config.voting.min_agreement: stored 0.5") for line in lines)


def test_lines_that_are_no_rows_and_files_that_are_missing_or_new_are_named(copied_run: Path) -> None:
    solutions = only(copied_run, f"{ANSWERS}/solutions/00/00000*")
    solutions.write_bytes(solutions.read_bytes().replace(b'"sample":1,', b'"sample":x,', 1))
    missing = only(copied_run, "round-01/questions/drops/00001*")
    missing.unlink()
    extra = copied_run / "round-01/questions/accepted/00009.0123456789abcdef.jsonl"
    extra.write_text("")
    lines = said(copied_run)
    assert any(line.startswith(f"{solutions.relative_to(copied_run).as_posix()}, line 2: ") for line in lines)
    assert any(line.startswith(f"{missing.relative_to(copied_run).as_posix()}: ") for line in lines)
    assert any("00009.0123456789abcdef.jsonl: " in line and "does not list it" in line for line in lines)


def test_of_a_run_that_has_not_ended_what_is_finished_is_checked(copied_run: Path) -> None:
    shutil.rmtree(copied_run / "round-02/evaluation")
    (copied_run / "round-02/training/manifest.json").unlink()
    (copied_run / "round-02/gate.json").unlink()
    write_json(copied_run / "status.json", {"state": "running"})
    findings = examine(copied_run)
    assert findings.disagreements == []
    missing = [sentence for check in findings.listed() for sentence in check.missing]
    assert any("round-02/training, round-02/evaluation" in sentence for sentence in missing)
    assert any("the run has not ended" in sentence for sentence in missing)
    edit(only(copied_run, "round-02/answers/consensus/*"), 1, lambda row: row.update(answer="0"))
    assert any("round-02/answers/consensus" in line for line in said(copied_run))


def test_adaptive_votes_a_shuffled_control_sampled_problems_and_replay_agree(tmp_path: Path) -> None:
    config = tiny()
    config.rounds, config.evaluation.samples, config.evaluation.limit = 1, 3, 4
    config.voting.adaptive, config.voting.samples, config.voting.step = "lossless", 6, 2
    config.voting.representative, config.training.max_pairs, config.training.pairs = "distinct", 6, "shuffled"
    config.training.replay.share, config.training.replay.prompts = 0.2, ["Say hello.", "Name a town."]
    config.evaluation.gate.enabled = False
    assert start(config, tmp_path / "run") == 0
    assert said(tmp_path / "run") == []
    path = only(tmp_path / "run", "round-01/samples/judged/*")
    edit(path, 1, lambda row: row["majority"].update({"1": 0.25}))
    assert any("line 1, problem nano_dev/0, majority.1: stored 0.25" in line for line in said(tmp_path / "run"))
