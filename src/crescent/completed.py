"""A run that has reached its end: recognised, checked and shown without loading a model library."""

from pathlib import Path
from typing import Any

from crescent.run.atomic import file_digest
from crescent.run.folder import Run, read_json
from crescent.run.manifest import check_files

SUMMARY = "summary.json"
REPORT = "report.html"


def completed(run: Run) -> dict[str, Any] | None:
    """The summary if the run is complete for this configuration and its files are undamaged, None if there is work.

    Raises:
        DamagedError: a file of a finished stage was cut or altered.
    """
    summary = read_json(run.path / SUMMARY)
    status = read_json(run.path / "status.json")
    if summary is None or status is None or status.get("state") != "complete":
        return None
    if summary.get("state") != "complete" or summary["config"].get("rounds") != run.config.rounds:
        return None
    if status.get("summary") != file_digest(run.path / SUMMARY) or not (run.path / REPORT).exists():
        return None
    for manifest in run.manifests():
        check_files(run.path / manifest.plan.stage, manifest)
    return summary


def show(summary: dict[str, Any], folder: Path) -> None:
    """Print the table of the run and where its page is."""
    from crescent.report.table import print_summary

    print_summary(summary, report=folder / REPORT)
