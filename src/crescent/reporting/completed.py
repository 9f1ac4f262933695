"""A run that has reached its end: recognised, checked and shown without loading a model library."""

from collections.abc import Iterable
from pathlib import Path

from crescent.config.slots import SLOTS, code_of
from crescent.reporting.report.summary import Summary, read
from crescent.runs.atomic import file_digest
from crescent.runs.folder import Run, read_json
from crescent.runs.manifest import Manifest, check_files

SUMMARY = "summary.json"
REPORT = "report.html"
PAGE_END = b"</html>"


def summary_of(folder: Path) -> Summary | None:
    """What `summary.json` in the folder of a run holds, None where there is none.

    Raises:
        DamagedError: it is not the summary of a run.
    """
    found = read_json(folder / SUMMARY)
    return None if found is None else read(found)


def completed(run: Run) -> Summary | None:
    """The summary if the run is complete for this configuration and its files are undamaged, None if there is work.

    Raises:
        DamagedError: a file of a finished stage was cut or altered.
    """
    status = read_json(run.path / "status.json")
    if status is None or status.get("state") != "complete":
        return None
    # A summary that was cut or altered is made anew.
    if not (run.path / SUMMARY).exists() or status.get("summary") != file_digest(run.path / SUMMARY):
        return None
    summary = summary_of(run.path)
    if summary is None or summary.state != "complete" or summary.option("rounds") != run.config.rounds:
        return None
    manifests = list(run.manifests())
    if _of_other_code(run, manifests):
        return None
    for manifest in manifests:
        check_files(run.path / manifest.spec.stage, manifest)
    # A stage whose folder was deleted, as a message about damage may ask for, is work to do.
    return summary if status.get("stages") == content_digests(manifests) else None


def _of_other_code(run: Run, manifests: Iterable[Manifest]) -> bool:
    """Whether a class of somebody's own has changed since a stage used it: the stage then says so."""
    code = code_of(run.config, *(key for slot in SLOTS.values() for key in (slot.key, *slot.also)))
    return any(
        manifest.spec.inputs.get(key, digest) != digest for manifest in manifests for key, digest in code.items()
    )


def is_complete(folder: Path) -> bool:
    """Whether the folder says of itself that its run has reached its end; `completed` looks closer."""
    return (read_json(folder / "status.json") or {}).get("state") == "complete"


def content_digests(manifests: Iterable[Manifest]) -> dict[str, str]:
    """Stage -> digest of what it made, as `status.json` keeps them of a complete run."""
    return {manifest.spec.stage: manifest.outcome for manifest in manifests}


def mend_page(summary: Summary, folder: Path) -> None:
    """Write the page of a complete run again where it was lost or cut: it follows from the summary."""
    page = folder / REPORT
    if not page.is_file() or not page.read_bytes().rstrip().endswith(PAGE_END):
        from crescent.reporting.report.page import write

        write(summary, page)


def show(summary: Summary, folder: Path) -> None:
    """Print the table of the run and where its page is."""
    from crescent.reporting.report.table import print_summary

    print_summary(summary, report=folder / REPORT)
