"""`events.jsonl`: what happened and when, appended line by line. The only file of a run ordered by the clock."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crescent.runs.atomic import room_to_write

TAKEN = "taken-over"


class EventLog:
    """Append-only. A line torn by a kill is closed by the next start and skipped by readers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mended = False

    def append(self, event: str, **fields: Any) -> None:
        """Add one event with the time of now."""
        line = json.dumps({"time": round(time.time(), 3), "event": event, **fields}, ensure_ascii=False)
        with room_to_write(self.path), self.path.open("ab") as file:
            if not self._mended:
                file.write(b"" if self._ends_whole() else b"\n")
                self._mended = True
            file.write(line.encode() + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def seconds(self, stage: str) -> float:
        """Time spent on a stage over all starts, in seconds. Work lost in a kill is not in it."""
        return float(sum(e["seconds"] for e in self if e.get("event") == "work" and e.get("stage") == stage))

    def noted(self, stage: str) -> dict[str, Any]:
        """What was noted about a stage over all starts; of two notes of one name the later one."""
        notes = [e["facts"] for e in self if e.get("event") == "note" and e.get("stage") == stage]
        return {name: value for facts in notes for name, value in facts.items()}

    def taken_over(self, stage: str) -> dict[str, int] | None:
        """What a stage was given from another run: each shard by its place in the stage, with the tokens that were
        written for it there. None where it was given nothing."""
        given = [e["tokens"] for e in self if e.get("event") == TAKEN and e.get("stage") == stage and "tokens" in e]
        return given[-1] if given else None

    def _ends_whole(self) -> bool:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return True
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"
