"""What the half hour finds, step by step: a JSON file each, so that a killed half hour goes on where it stood."""

from pathlib import Path

import msgspec

from crescent.runs.atomic import publish

OK, SKIPPED, FAILED = "ok", "skipped", "failed"


class Finding(msgspec.Struct, kw_only=True):
    """One step. `figures` have their units in their names; `reason` says why it was skipped, or what failed."""

    step: str
    state: str
    seconds: float = 0.0
    figures: dict[str, float] = {}
    reason: str = ""


class Refit(msgspec.Struct, kw_only=True):
    """A constant of `crescent/plan/cost.py`: what is assumed, and what this machine's measurement would have it be."""

    name: str
    assumed: float
    measured: float


class HalfHour(msgspec.Struct, kw_only=True):
    """`half_hour.json`: everything on the page."""

    model: str
    device: str
    findings: list[Finding]
    constants: list[Refit]
    claim: list[str]
    """What the small claim comes to, in sentences; empty where it was not made."""


def kept(folder: Path, step: str) -> Finding | None:
    """The finding of an earlier start; None: none, or one that failed and is tried again."""
    try:
        found = msgspec.json.decode((folder / f"{step}.json").read_bytes(), type=Finding)
    except (OSError, msgspec.MsgspecError):
        return None
    return None if found.state == FAILED else found


def keep(folder: Path, finding: Finding) -> None:
    """Write a finding, whole or not at all."""
    folder.mkdir(exist_ok=True)
    publish(folder / f"{finding.step}.json", msgspec.json.encode(finding))
