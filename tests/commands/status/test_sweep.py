import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from crescent.commands.status.runs import find_runs
from crescent.commands.status.sweep import compare, headline, render, write
from crescent.reporting.report import numbers
from crescent.runs.folder import write_json
from tests.commands.claim.example import claim


def variant(run: Path, folder: Path, value: float, seed: int = 1, **changes: Any) -> None:
    """A copy of a run with another configuration and another dev figure of the model that it keeps."""
    shutil.copytree(run, folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["seed"] = seed
    config["voting"].update(changes)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    summary = json.loads((folder / "summary.json").read_text())
    summary["config"], summary["best_round"] = config, 1
    summary["rounds"][0]["evaluation"]["nano_dev"]["value"] = value
    (folder / "summary.json").write_text(json.dumps(summary))


def test_one_row_per_run_with_what_differs_and_the_best_by_dev(finished_run: Path, tmp_path: Path) -> None:
    variant(finished_run, tmp_path / "two", 0.25, samples=2)
    variant(finished_run, tmp_path / "four", 0.75, samples=4)
    sweep = compare(find_runs([tmp_path]), tmp_path / "sweep.html")
    assert sweep.keys == ["voting.samples"]
    assert [row.differs["voting.samples"] for row in sweep.rows] == ["4", "2"]
    assert (sweep.dev, sweep.tasks) == ("nano_dev", ["nano_math"])
    assert sweep.best is not None
    assert sweep.best.rows == [sweep.rows[0]]
    assert numbers.plain(headline(sweep)) == "Best on nano_dev: voting.samples=4, 75.0 %"
    assert [row.report for row in sweep.rows] == ["four/report.html", "two/report.html"]
    page = render(sweep)
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_no_seed_is_called_the_best(finished_run: Path, tmp_path: Path) -> None:
    for seed, value in ((1, 0.5), (2, 0.75), (3, 0.625)):
        variant(finished_run, tmp_path / f"seed{seed}", value, seed=seed)
    sweep = compare(find_runs([tmp_path]), tmp_path / "sweep.html")
    assert sweep.best is None
    assert numbers.plain(headline(sweep)) == (
        "nano_dev over the seeds: 62.5 % (mean of 3 seeds, 95 % interval 31.4 to 93.6)"
    )
    page = render(sweep)
    assert "best</span>" not in page
    assert "none of them is better than another" in page


def test_configurations_are_compared_by_the_means_of_their_seeds(finished_run: Path, tmp_path: Path) -> None:
    """The highest single run is of the worse configuration."""
    for samples, seed, value in ((2, 1, 0.9), (2, 2, 0.1), (4, 1, 0.7), (4, 2, 0.8)):
        variant(finished_run, tmp_path / f"{samples}-{seed}", value, seed=seed, samples=samples)
    sweep = compare(find_runs([tmp_path]), tmp_path / "sweep.html")
    assert sweep.best is not None
    assert [row.run.folder.name for row in sweep.best.rows] == ["4-1", "4-2"]
    assert numbers.plain(headline(sweep)) == (
        "Best on nano_dev: voting.samples=4, 75.0 % (mean of 2 seeds, 95 % interval 11.5 to 100.0)"
    )
    assert render(sweep).count("best</span>") == 2


def test_a_claim_is_no_run_that_was_not_measured(finished_run: Path, tmp_path: Path) -> None:
    variant(finished_run, tmp_path / "one", 0.25, samples=2)
    folder = tmp_path / "claim-seed1"
    folder.mkdir()
    config = yaml.safe_load((finished_run / "config.yaml").read_text())
    config |= {"stage": "claim", "name": "claim", "claim": {"arms": {"method": ""}, "compare": "round", "repeats": 3}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    begun = compare(find_runs([tmp_path]), tmp_path / "sweep.html")
    assert [row.run.folder.name for row in begun.rows] == ["one"]
    assert begun.others[0].sentence == "Claim, interrupted: 0 of 3 runs."
    made = claim()
    (folder / "claim.json").write_bytes(msgspec.json.encode(made))
    write_json(folder / "status.json", {"state": "complete"})
    [run] = [run for run in find_runs([tmp_path]) if run.kind == "claim"]
    base, now = run.figures["nano_math"]
    assert base == pytest.approx(0.467)
    assert now == pytest.approx(0.89)
    page = render(compare(find_runs([tmp_path]), tmp_path / "sweep.html"))
    assert "not measured" not in page
    assert '<a href="claim-seed1/claim.html">claim-seed1</a>' in page
    assert "method changes nano_math by +42.3 points" in page


def test_a_run_without_figures_yet_has_a_row(finished_run: Path, tmp_path: Path) -> None:
    variant(finished_run, tmp_path / "done", 0.5)
    variant(finished_run, tmp_path / "begun", 0.5, samples=3)
    (tmp_path / "begun" / "summary.json").unlink()
    write(find_runs([tmp_path]), tmp_path / "sweep.html")
    page = (tmp_path / "sweep.html").read_text()
    assert "none yet" in page
    assert "not measured" in page


def test_names_from_outside_are_escaped(finished_run: Path, tmp_path: Path) -> None:
    variant(finished_run, tmp_path / "a<b>", 0.5, marker="<i>")
    variant(finished_run, tmp_path / "c", 0.5)
    page = render(compare(find_runs([tmp_path]), tmp_path / "sweep.html"))
    assert "<i>" not in page
    assert "a<b>" not in page
    assert "a&lt;b&gt;" in page
