"""Follows a run folder and gives every tracker what it has not had yet."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from crescent.errors import CrescentError
from crescent.reporting.tracking.entries import Keyed, Open, Tracker
from crescent.reporting.tracking.journal import Part


class Ledger:
    """Keys in the order they were logged, one a line; the number of a line is the step of its entry.

    The file is only ever appended to. A line torn by a kill counts as not written: its entry is logged again, under the
    same step.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        if len(whole) < len(lines):
            path.write_bytes(b"".join(whole))
        self._keys = dict.fromkeys(line.decode().rstrip("\n") for line in whole)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str) -> None:
        """Note that the entry was logged."""
        with self.path.open("ab") as file:
            file.write(f"{key}\n".encode())
        self._keys[key] = None


Say = Callable[[str], None]


class Follower:
    """Reads the journal anew at every `update`. Trackers are opened when there is something for them.

    A tracker that raises is named once and left out from then on: tracking never ends a run.
    """

    def __init__(self, journal: Callable[[], Sequence[Part]], trackers: Iterable["Followed"], say: Say) -> None:
        self._journal = journal
        self._trackers = list(trackers)
        self._say = say
        self._closed: set[str] = set()

    def update(self) -> None:
        """Give the trackers what is new."""
        try:
            for part in self._journal():
                if part.name in self._closed:
                    continue
                for keyed in part.entries():
                    self._each(lambda tracker, keyed=keyed: tracker.take(keyed))  # type: ignore[misc]
                if part.closed:
                    self._closed.add(part.name)
        except (CrescentError, OSError):
            return  # a file that is being replaced, or a damaged one, which the run itself will name; looked at again

    def open(self) -> None:
        """Open all trackers now, as a run that is at work does."""
        self._each(Followed.open)

    def close(self, state: str) -> None:
        """Let go of the trackers that were opened."""
        self._each(lambda tracker: tracker.close(state))

    def _each(self, act: Callable[["Followed"], object]) -> None:
        for tracker in list(self._trackers):
            try:
                act(tracker)
            except Exception as error:
                message = " ".join(str(error).split())[:300] or type(error).__name__
                self._say(f"tracking by {tracker.name} ended ({message}); the run goes on without it")
                self._trackers.remove(tracker)


class Followed:
    """A tracker with its ledger."""

    def __init__(self, name: str, ledger: Path, opener: Open) -> None:
        self.name = name
        self._opener = opener
        self._ledger = Ledger(ledger)
        self._tracker: Tracker | None = None

    def open(self) -> Tracker:
        """The tracker, opened once."""
        if self._tracker is None:
            self._tracker = self._opener(len(self._ledger))
        return self._tracker

    def take(self, keyed: Keyed) -> None:
        """Log the entry unless it was logged before."""
        key, entry = keyed
        if key not in self._ledger:
            self.open().log(len(self._ledger), key, entry)
            self._ledger.add(key)

    def close(self, state: str) -> None:
        """Close what was opened."""
        if self._tracker is not None:
            self._tracker.close(state)
