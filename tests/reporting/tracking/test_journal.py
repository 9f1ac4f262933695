"""What a run folder says, at its end and at every moment before."""

import shutil
from pathlib import Path
from typing import Any

from crescent.reporting.tracking.entries import Artifact, Figures, Table
from crescent.reporting.tracking.journal import journal, vote_journal
from crescent.runs.folder import read_json
from crescent.runs.manifest import MANIFEST
from tests.conftest import tiny


def keyed(run: Path) -> dict[str, Any]:
    return {key: entry for part in journal(run, tiny()) for key, entry in part.entries()}


def summary_of(run: Path) -> dict[str, Any]:
    found = read_json(run / "summary.json")
    assert found is not None
    return found


def test_parts_come_in_the_order_of_the_loop(finished_run: Path) -> None:
    parts = [part.name for part in journal(finished_run, tiny())]
    round_1 = ["questions", "answers", "dataset", "training", "evaluation", "gate"]
    assert parts[:7] == ["base/evaluation", *(f"round-01/{name}" for name in round_1)]
    assert parts[7] == "round-02/questions"
    assert parts[-1] == "summary-2-complete"
    assert all(part.closed for part in journal(finished_run, tiny()))


def test_figures_are_those_of_the_summary(finished_run: Path) -> None:
    entries, summary = keyed(finished_run), summary_of(finished_run)
    for part in summary["rounds"]:
        name = f"round-{part['round']:02d}"
        measured = entries[f"{name}/evaluation"].values
        for task, facts in part["evaluation"].items():
            assert measured[f"benchmark/{task}"] == facts["value"]
            against = facts["against_base"]
            assert round(measured[f"gain/{task}"], 6) == against["difference"]
            assert round(measured[f"gain/{task}/low"], 6) == against["low"]
        assert entries[f"{name}/questions"].values["questions/accepted"] == part["questions"]["accepted"]
        for wave in part["questions"]["waves"]:
            found = entries[f"{name}/questions/wave-{wave['wave']:03d}"].values
            assert found["wave/diversity/vendi"] == wave["diversity"]["vendi"]
        table = entries[f"{name}/answers/samples"]
        assert isinstance(table, Table)
        assert [row[0] for row in table.rows] == [sample["question"] for sample in part["samples"]]
    assert entries["summary-2-complete"].values["run/best_round"] == summary["best_round"]
    assert entries["base/evaluation"].values["dev/best"] == summary["base"]["evaluation"]["nano_dev"]["value"]


def test_dev_best_never_falls_under_a_gate(finished_run: Path) -> None:
    best = [entry.values["dev/best"] for entry in keyed(finished_run).values()
            if isinstance(entry, Figures) and "dev/best" in entry.values]  # fmt: skip
    assert len(best) == 3
    assert best == sorted(best)


def test_artifacts_name_files_that_are_there(finished_run: Path) -> None:
    artifacts = [entry for entry in keyed(finished_run).values() if isinstance(entry, Artifact)]
    assert [artifact.kind for artifact in artifacts] == ["dataset", "model"] * 2
    for artifact in artifacts:
        assert artifact.files
        assert all((artifact.folder / name).is_file() for name in artifact.files)
    assert artifacts[3].uses == (artifacts[2].name,)


def test_an_unfinished_run_says_less_and_never_otherwise(copied_run: Path) -> None:
    whole = keyed(copied_run)
    keys = list(whole)
    for name in ("round-02/evaluation", "round-02/training", "round-02/questions"):
        (copied_run / name / MANIFEST).unlink()
    (copied_run / "round-02/gate.json").unlink()
    (copied_run / "status.json").unlink()
    shutil.rmtree(copied_run / "round-02/answers")
    part = keyed(copied_run)
    assert list(part) == [key for key in keys if key in part]
    assert all(part[key] == whole[key] for key in part if not isinstance(whole[key], Artifact))
    assert "round-02/questions/wave-001" in part
    assert "round-02/questions" not in part
    open_parts = [found.name for found in journal(copied_run, tiny()) if not found.closed]
    assert open_parts == ["round-02/questions", "round-02/training", "round-02/evaluation"]


def test_losses_are_read_from_the_newest_checkpoint(copied_run: Path) -> None:
    from crescent.runs.manifest import write_sealed
    from crescent.training.checkpoint import STATE, CheckpointState

    (copied_run / "round-02/training" / MANIFEST).unlink()
    for step in (1, 2):
        state = CheckpointState(step=step, losses=[0.5, 0.25][:step], fingerprint="", files={})
        folder = copied_run / f"round-02/training/scratch/checkpoints/step-{step:06d}"
        folder.mkdir(parents=True)
        write_sealed(folder / STATE, state)
    found = {key: entry.values for key, entry in keyed(copied_run).items() if key.startswith("round-02/training/step")}
    assert {key[-1]: values["training/loss"] for key, values in found.items()} == {"1": 0.5, "2": 0.25}


def test_an_empty_folder_says_nothing(tmp_path: Path) -> None:
    assert journal(tmp_path, tiny()) == []
    assert vote_journal(tmp_path / "none.json") == []
