"""Figures as lines of a CSV file: step, key, metric, value."""

import csv
import io
from pathlib import Path

from crescent.reporting.tracking.entries import Entry, Figures

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
