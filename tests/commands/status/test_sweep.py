import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from crescent.commands.status.runs import find_runs
from crescent.commands.status.sweep import compare, headline, render, write
from crescent.reporting.report import numbers


def variant(run: Path, folder: Path, value: float, **changes: Any) -> None:
    """A copy of a run with another configuration and another dev figure of the model that it keeps."""
    shutil.copytree(run, folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
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
    assert sweep.best is sweep.rows[0]
    assert numbers.plain(headline(sweep)) == "Best on nano_dev: voting.samples=4, 75.0 %"
    assert [row.report for row in sweep.rows] == ["four/report.html", "two/report.html"]
    page = render(sweep)
    assert "default-src 'none'" in page
    assert "<script" not in page


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
