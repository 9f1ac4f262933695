"""From a configuration to the trackers that are on, each with its ledger; those for files, CSV and TensorBoard."""

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crescent.config.schema import Config
from crescent.reporting.tracking.entries import Artifact, Entry, Figures, Table, Tracker
from crescent.reporting.tracking.follower import Followed, Follower, Say
from crescent.reporting.tracking.journal import journal, vote_journal
from crescent.reporting.tracking.login import mode, names
from crescent.runs.folder import environment
from crescent.runs.redact import redacted


def follower(folder: Path, config: Config, place: Path, vote: Path | None, *, pid: int, say: Say) -> Follower:
    """The follower of a run, or of one vote on its solutions, with its files in `place`."""
    opened = [_followed(name, folder, config, place, vote, pid, say) for name in names(config.tracking)]
    return Follower(lambda: vote_journal(vote) if vote else journal(folder, config), opened, say)


def _followed(name: str, folder: Path, config: Config, place: Path, vote: Path | None, pid: int, say: Say) -> Followed:
    if name == "csv":
        return Followed(name, place / "csv.logged", lambda step: CsvTracker(place / "figures.csv", step))
    if name == "tensorboard":
        return Followed(
            name, place / "tensorboard.logged", lambda step: TensorBoardTracker(place / "tensorboard", step)
        )
    from crescent.reporting.tracking.to_wandb import WandbTracker, run_id

    id = run_id(place)
    settings = redacted({**asdict(config), "environment": environment(), "folder": folder.name})
    title = folder.name if vote is None else f"{folder.name} vote {vote.stem}"

    def wandb(step: int) -> Tracker:
        return WandbTracker(
            place, config, settings, id=id, name=title, job=config.stage, wait=config.tracking.wait, pid=pid,
            mode=mode(config.tracking), say=say,
        )  # fmt: skip

    # A W&B run of another id, as a sweep's agent gives, has had nothing yet.
    return Followed(name, place / f"wandb-{id}.logged", wandb)


COLUMNS = ("step", "key", "metric", "value")


class CsvTracker:
    """One line per figure, so that new metrics need no new columns. An entry's lines are written at once."""

    def __init__(self, path: Path, step: int) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [line for line in _lines(path) if _step(line) < step]
        path.write_text("".join([_line(COLUMNS), *kept]), encoding="utf-8")

    def log(self, step: int, key: str, entry: Entry) -> None:
        """Append the figures; tables and artifacts are left to the run folder."""
        if isinstance(entry, Figures):
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(_line((step, key, name, f"{value:.10g}")) for name, value in entry.values.items()))

    def close(self, state: str) -> None:
        """Nothing is held open."""


def _lines(path: Path) -> list[str]:
    """The whole lines below the header."""
    if not path.exists():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True)[1:] if line.endswith("\n")]


def _step(line: str) -> int:
    return int(line.partition(",")[0])


def _line(values: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


class TensorBoardTracker:
    """One event file per start. A start tells TensorBoard to forget what an earlier one wrote from its step on."""

    def __init__(self, folder: Path, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        folder.mkdir(parents=True, exist_ok=True)
        self._event: Any = Event
        self._writer = EventFileWriter(str(folder))
        if step:
            start = SessionLog(status=SessionLog.START)
            self._writer.add_event(Event(step=step, wall_time=time.time(), session_log=start))

    def log(self, step: int, key: str, entry: Entry) -> None:
        """Write and flush; artifacts are left to the run folder."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        if isinstance(entry, Artifact):
            return
        if isinstance(entry, Figures):
            summary = Summary(value=[Summary.Value(tag=t, simple_value=v) for t, v in entry.values.items()])
        else:
            summary = _text(entry)
        self._writer.add_event(self._event(step=step, wall_time=time.time(), summary=summary))
        self._writer.flush()

    def close(self, state: str) -> None:
        """Flush and close the file."""
        self._writer.close()


def _text(table: Table) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.types_pb2 import DT_STRING

    text = "\n".join([_row(table.columns), _row(["---"] * len(table.columns)), *map(_row, table.rows)])
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    tensor = TensorProto(dtype=DT_STRING, string_val=[text.encode()])
    value = Summary.Value(tag=table.name, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)
    return Summary(value=[value])


def _row(cells: Sequence[object]) -> str:
    shown = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(shown)} |"
