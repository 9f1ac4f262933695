"""What a run folder says about its run: state, stage, progress, last figures."""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from crescent.commands.claim.figures import FIGURES as CLAIM
from crescent.commands.claim.figures import Claim, read_claim
from crescent.config.load import to_config
from crescent.errors import DamagedError, DataError, RunFolderError
from crescent.loop.environment import JOURNAL
from crescent.loop.outlook import Outlook, outlook
from crescent.loop.stages.facts import EvaluationFacts
from crescent.reporting.completed import SUMMARY
from crescent.runs.events import EventLog
from crescent.runs.folder import CONFIG, read_json, stored_config
from crescent.runs.lock import is_held
from crescent.runs.manifest import MANIFEST, Manifest, facts_of, read_sealed
from crescent.runs.names import ROUNDS, in_order, round_folder

JOBS = "jobs.json"
VERDICT = "gate.json"
FRESH = 60.0
"""Seconds after which a run on another machine, whose lock cannot be seen from here, counts as gone."""


@dataclass
class RunState:
    """One run. `state`: waiting, running, interrupted, failed, stopped, complete or unreadable.

    `stage` is the one at work or the last one; `progress` says in words how far it is. `kept` names the model that the
    run would go on with, "" where none was measured, and `figures` are its scores, as task -> (value of the base model,
    its own). `job` is its Slurm job, where it is one of a sweep.
    `kind` is the stage that the command named: "all" for an ordinary run, "claim" for several and their comparison.
    """

    folder: Path
    state: str
    stage: str = ""
    progress: str = ""
    kept: str = ""
    figures: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    reason: str | None = None
    job: str | None = None
    kind: str = "all"

    @property
    def resumable(self) -> bool:
        """Whether the same command would go on with it."""
        return self.state in ("interrupted", "failed", "stopped")


def find_runs(folders: Sequence[Path]) -> list[RunState]:
    """The runs in `folders`: each a run's folder, one with run folders in it, or that of a sweep on Slurm.

    Raises:
        DataError: a folder is none of these.
    """
    found: dict[Path, RunState] = {}
    for folder in folders:
        runs = list(_runs_in(folder))
        if not runs:
            known = "it is no run folder, has none in it, and is no sweep's" if folder.is_dir() else "no such folder"
            raise DataError(f"{folder}: {known}. Runs are in output_dir, by default outputs/.")
        for path, job in runs:
            found[path.resolve()] = inspect(path, job)
    return list(found.values())


def _runs_in(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """(run folder, its Slurm job if that is known)"""
    if _is_run(folder):
        yield folder, None
    elif (listed := read_json(folder / JOBS)) is not None:
        yield from ((Path(entry["folder"]), entry["job"]) for entry in listed["jobs"])
    elif folder.is_dir():
        yield from ((path, None) for path in sorted(folder.iterdir(), key=in_order) if _is_run(path))


def _is_run(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def inspect(folder: Path, job: str | None = None) -> RunState:
    """How the run in `folder` stands now; a folder that is not there yet is a run that waits."""
    status = read_json(folder / "status.json") or {}
    run = RunState(folder, _state(folder, status), reason=status.get("reason") or status.get("note"), job=job)
    if not _is_run(folder):
        return run
    try:
        config = stored_config(folder) or {}
    except RunFolderError as error:
        return replace(run, state="unreadable", kind="unreadable", reason=str(error))
    run.kind = str(config.get("stage", "all"))
    if run.kind == "claim":
        return _claim(run, config)
    run.stage = _stage(folder)
    run.progress = _progress(folder, run.state, outlook(folder, to_config(config)))
    run.kept, run.figures = _kept(folder, config.get("evaluation", {}))
    return run


def _claim(run: RunState, config: Mapping[str, Any]) -> RunState:
    """A claim is made of whole runs below its folder; its figures are means over seeds of the claimed arm."""
    arms, repeats = config["claim"]["arms"], int(config["claim"]["repeats"])
    done = len(list(run.folder.glob(f"*/{SUMMARY}")))
    run.stage, run.progress = "claim", f"{done} of {len(arms) * repeats} runs"
    claim = claim_of(run.folder)
    if claim is None:
        return run
    for task in claim.tasks:
        scores = [claim.score(claim.claimed, seed, task) for seed in claim.seeds]
        before = [claim.run(claim.claimed, seed).base.get(task) for seed in claim.seeds]
        now, base = _mean(scores), _mean(before)
        if now is not None:
            run.figures[task] = (base, now)
    return run


def claim_of(folder: Path) -> Claim | None:
    """The figures of the claim in `folder`, None before there are any that can be read."""
    try:
        return read_claim((folder / CLAIM).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _state(folder: Path, status: Mapping[str, Any]) -> str:
    message = status.get("state")
    if is_held(folder) or (message == "running" and _heard_of_elsewhere(folder)):
        return "running"
    if message in (None, "running"):
        # Begun and not ended, and nobody holds the lock: it was killed.
        return "interrupted" if _is_run(folder) else "waiting"
    return str(message)


def _heard_of_elsewhere(folder: Path) -> bool:
    """Whether the run is on another machine, and has written something within the last minute."""
    holder = read_json(folder / "run.lock") or {}
    if holder.get("host") in (None, socket.gethostname()):
        return False
    paths = [path for path in (folder / JOURNAL, folder / "events.jsonl", folder / "status.json") if path.exists()]
    return any(time.time() - path.stat().st_mtime < FRESH for path in paths)


def _stage(folder: Path) -> str:
    stages = [event["stage"] for event in EventLog(folder / "events.jsonl") if event.get("event") == "begin"]
    return stages[-1] if stages else ""


def _progress(folder: Path, state: str, found: Outlook) -> str:
    """How many stages are finished; of a running run its task too, and how long the whole run will still take."""
    if state != "running":
        return f"{found.done} of {found.total} stages"
    news = read_json(folder / JOURNAL)
    if news is None:
        return found.words()
    total = f" of {news['total']:,}" if news.get("total") else ""
    return f"{news['task']}: {news['done']:,}{total} {news['unit']}; {found.words()}"


def _kept(folder: Path, evaluation: Mapping[str, Any]) -> tuple[str, dict[str, tuple[float | None, float]]]:
    """The model that the last gate left in force, and its scores by task, the task that decisions read first.

    A round that the gate has not judged yet, or has rolled back, is not it.
    """
    base = _values(folder / "base" / "evaluation" / MANIFEST)
    verdicts = (
        read_json(path) or {} for path in sorted(folder.glob(f"{ROUNDS}/{VERDICT}"), key=in_order, reverse=True)
    )
    number = next((int(verdict["best_round"]) for verdict in verdicts if "best_round" in verdict), 0)
    now = _values(folder / round_folder(number) / "evaluation" / MANIFEST) if number else base
    order = [evaluation.get("dev_task"), *evaluation.get("tasks", []), *now]
    figures = {task: (base.get(task), now[task]) for task in order if task in now}
    return (f"round {number}" if number else "base") if figures else "", figures


def _values(manifest: Path) -> dict[str, float]:
    """The scores by task; none where the stage is not finished or its manifest cannot be read."""
    try:
        found = read_sealed(manifest, Manifest)
        return {} if found is None else {k: v.value for k, v in facts_of(found, EvaluationFacts).tasks.items()}
    except DamagedError:
        return {}
