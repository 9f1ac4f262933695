"""How far a whole run is, and how long it will still take: from the plan's estimate, corrected by what was used."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crescent.config.schema import Config
from crescent.loop.stages.table import stages_of
from crescent.runs.events import EventLog
from crescent.runs.folder import read_json
from crescent.runs.manifest import MANIFEST

PLANNED = "plan.json"
"""What the run was expected to take, noted at its first start."""


@dataclass(frozen=True)
class Outlook:
    """The stages of a run, if no gate ends it early, and how many are finished. `seconds`: left; None: not known.

    `current`: how many of them are for the stage at work. It may take longer, which takes nothing from the later ones.
    """

    done: int
    total: int
    seconds: float | None
    current: float = 0.0

    def words(self, elapsed: float = 0.0) -> str:
        """`stage 5 of 14, about 3 min left`; `elapsed`: seconds since it was made."""
        place = f"stage {min(self.done + 1, self.total)} of {self.total}"
        return (
            place
            if self.seconds is None
            else f"{place}, about {_duration(self.seconds - min(elapsed, self.current))} left"
        )


def outlook(folder: Path, config: Config) -> Outlook:
    """How far the run in `folder` is. Reads manifests, events and `plan.json`; none of them has to be there."""
    names = [(f"{place}/{kind.name}", kind.name) for place, kind in stages_of(config)]
    used = {stage: _seconds(folder / stage / MANIFEST) for stage, _ in names if (folder / stage / MANIFEST).is_file()}
    planned = {row["stage"]: row["seconds"] for row in (read_json(folder / PLANNED) or {}).get("stages", [])}
    events = EventLog(folder / "events.jsonl")
    own = {stage: seconds for stage, seconds in used.items() if events.taken_over(stage) is None}
    left: list[float] = []
    expected = _expectation(dict(names), own, planned)
    for stage, kind in names:
        if stage in used:
            continue
        seconds = expected(stage, kind)
        if seconds is None:
            return Outlook(len(used), len(names), None)
        left.append(max(seconds - events.seconds(stage), 0.0))
    return Outlook(len(used), len(names), sum(left), left[0] if left else 0.0)


def telling(folder: Path, config: Config) -> Callable[[], Callable[[], str]]:
    """What a reporter asks at the start of a task: returns what says, from then on, how far the whole run is."""

    def begin() -> Callable[[], str]:
        found, start = outlook(folder, config), time.monotonic()
        return lambda: found.words(time.monotonic() - start)

    return begin


def _expectation(
    kinds: Mapping[str, str], used: Mapping[str, float], planned: Mapping[str, float | None]
) -> Callable[[str, str], float | None]:
    """What a stage will take: its estimate times the error of the estimates of its kind so far, of all kinds where
    none of it is finished. Without an estimate the mean of its kind. None where neither is known."""
    both: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for stage, seconds in used.items():
        if estimate := planned.get(stage):
            both[kinds[stage]].append((estimate, seconds))
    factors = {kind: _factor(pairs) for kind, pairs in both.items()}
    overall = _factor([pair for pairs in both.values() for pair in pairs])

    def expected(stage: str, kind: str) -> float | None:
        if (estimate := planned.get(stage)) is not None:
            return estimate * factors.get(kind, overall)
        known = [seconds for other, seconds in used.items() if kinds[other] == kind]
        return sum(known) / len(known) if known else None

    return expected


def _factor(pairs: list[tuple[float, float]]) -> float:
    estimated = sum(estimate for estimate, _ in pairs)
    return sum(seconds for _, seconds in pairs) / estimated if estimated else 1.0


def _seconds(manifest: Path) -> float:
    content: Any = (read_json(manifest) or {}).get("content") or {}
    return float(content.get("seconds", 0.0))


def _duration(seconds: float) -> str:
    """Rounded as an estimate is: `40 s`, `3 min`, `5 h`."""
    if seconds < 90:
        return f"{max(seconds, 0.0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
