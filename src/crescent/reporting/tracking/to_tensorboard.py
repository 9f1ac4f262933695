"""Figures as TensorBoard scalars, tables as texts, written without torch or TensorFlow."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crescent.reporting.tracking.entries import Artifact, Entry, Figures, Table


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
