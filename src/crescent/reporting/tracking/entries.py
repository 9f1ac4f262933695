"""What trackers are given, and what a tracker is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Figures:
    """Numbers of one moment: `questions/accepted` -> 512."""

    values: Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """Rows to read, such as sample questions with their votes."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Artifact:
    """Files that a stage made. `kind`: "dataset" or "model"; `uses`: names of the artifacts they were made from.

    `files`: name below `folder` -> SHA-256.
    """

    name: str
    kind: str
    folder: Path
    files: Mapping[str, str]
    facts: Mapping[str, Any]
    uses: tuple[str, ...] = ()


Entry = Figures | Table | Artifact
Keyed = tuple[str, Entry]
"""An entry under the key that is its own in the run folder: `round-01/questions/wave-002`."""


class Tracker(Protocol):
    """Where entries go. A tracker takes the kinds it can show and leaves the others."""

    def log(self, step: int, key: str, entry: Entry) -> None:
        """Record one entry. `step` counts the entries of this run from 0 and rises with every call.

        Whatever is still there from a start that was killed, from the first step of this one on, is void.
        """

    def close(self, state: str) -> None:
        """The run has ended for now: "complete", "stopped", "failed", "interrupted" or "killed"."""


Open = Callable[[int], Tracker]
"""Opens a tracker; the argument is the step of the first entry it will be given."""
