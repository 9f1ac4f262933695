"""One stage's folder: begun with a spec, filled shard by shard, finished with a manifest."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from crescent.errors import StageError
from crescent.runs.atomic import TEMPORARY, file_digest, publish
from crescent.runs.events import TAKEN, EventLog
from crescent.runs.manifest import (
    MANIFEST,
    SPEC,
    Facts,
    Manifest,
    Spec,
    check_files,
    check_spec,
    read_sealed,
    write_sealed,
)
from crescent.runs.shards import ShardFolder
from crescent.runs.store import Store, link_stage
from crescent.runs.waiting import wait_for

SCRATCH = "scratch"
"""Sub-folder for what only an unfinished stage needs (checkpoints); not part of its outcome."""


class Stage:
    """A stage of a run. `name` is its path below the run folder, as in `round-01/answers`.

    `store`: where finished stages are shared with other runs. `decided`: a file by which rank 0 tells the other ranks
    that it has looked there.
    """

    def __init__(
        self, run: Path, spec: Spec, events: EventLog, store: Store | None = None, decided: Path | None = None
    ) -> None:
        self.name = spec.stage
        self.path = run / spec.stage
        self.spec = spec
        self.store = store
        self._events = events
        self._decided = decided

    def finished(self) -> Manifest | None:
        """The manifest if this very stage is complete and undamaged, None if there is work to do.

        With a store another run may have made it: then it is linked in. If not, this run keeps others from making it
        until it is finished here.

        Raises:
            RunFolderError: the folder was made with another spec.
            DamagedError: the manifest or a file it lists was cut or altered.
        """
        manifest = self._own()
        if self.store is not None:
            if manifest is not None:
                self.store.put(self.path, manifest)
            else:
                manifest = self._linked(self.store)
        if self._decided is not None:
            publish(self._decided, b"")
        return manifest

    def _own(self) -> Manifest | None:
        check_spec(self.path, self.spec)
        manifest = read_sealed(self.path / MANIFEST, Manifest)
        if manifest is not None:
            check_files(self.path, manifest)
        return manifest

    def _linked(self, store: Store) -> Manifest | None:
        store.wait(self.spec)
        found = store.finished(self.spec)
        if found is None:
            return None
        entry, manifest = found
        # Before, so that no kill leaves a stage that seems to be this run's own. All of it is another run's.
        self.tell(TAKEN, source=str(entry), shards=len(manifest.files), tokens={})
        manifest = link_stage(entry, manifest, self.path, round(self._events.seconds(self.name), 3))
        store.release()
        store.say(f"{self.name}: as in another run, taken from {store.path}")
        return manifest

    def begin(self) -> None:
        """Record the spec. Going on with an interrupted stage is the same call."""
        if not (self.path / SPEC).exists():
            write_sealed(self.path / SPEC, self.spec)
        self._events.append("begin", stage=self.name)

    def shards(self, kind: str) -> ShardFolder:
        """The shards of one kind of row, as in `solutions`."""
        return ShardFolder(self.path / kind)

    @property
    def scratch(self) -> Path:
        """Folder for intermediate state; kept until the stage is finished."""
        return self.path / SCRATCH

    def discard(self, *kinds: str) -> None:
        """Remove shards that an earlier start made and this one, which decided otherwise, has no use for."""
        for kind in kinds:
            if (self.path / kind).is_dir():
                self.tell("discard", kind=kind, reason="nothing of this kind is asked for now")
                shutil.rmtree(self.path / kind)

    def tell(self, event: str, **fields: Any) -> None:
        """Say in the run's events what happened in this stage."""
        self._events.append(event, stage=self.name, **fields)

    @contextmanager
    def work(self, **fields: Any) -> Iterator[None]:
        """Count the time of a piece of work that is safe on disk when the block ends."""
        start = time.perf_counter()
        yield
        self._events.append("work", stage=self.name, seconds=round(time.perf_counter() - start, 3), **fields)

    def note(self, **facts: Any) -> bool:
        """Keep fields of the stage's facts that are known before its end, also over a kill. Whether they are news."""
        news = not facts.items() <= self._events.noted(self.name).items()
        if news:
            self._events.append("note", stage=self.name, facts=facts)
        return news

    def finish(self, facts: Facts | None, tokens: int = 0) -> Manifest:
        """Write the manifest over every file of the folder, scratch and temporary files left out.

        What was noted goes into `facts`. Only ranks other than 0 have none. `tokens` are those of all rows; what was
        taken over from another run was not spent here.
        """
        if facts is None:
            raise StageError(f"{self.name} was to be finished without its facts. This is a defect.")
        facts = msgspec.structs.replace(facts, **self._events.noted(self.name))
        files = {
            path.relative_to(self.path).as_posix(): file_digest(path)
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and not self._private(path)
        }
        given = self._events.taken_over(self.name) or {}
        tokens -= sum(count for place, count in given.items() if place in files)
        seconds = round(self._events.seconds(self.name), 3)
        manifest = Manifest(spec=self.spec, files=files, facts=_plain(facts), tokens=tokens, seconds=seconds)
        write_sealed(self.path / MANIFEST, manifest)
        self._events.append("finish", stage=self.name, tokens=tokens, seconds=seconds)
        if self.store is not None:
            self.store.put(self.path, manifest)
            self.store.release()
        return manifest

    def _private(self, path: Path) -> bool:
        parts = path.relative_to(self.path).parts
        return parts[0] in (SCRATCH, SPEC, MANIFEST) or any(part.startswith(TEMPORARY) for part in parts)


class FollowedStage(Stage):
    """A stage as ranks other than 0 see it: they add shards, rank 0 does the book-keeping."""

    def finished(self) -> Manifest | None:
        """As rank 0 sees it, which may have to look into a store first."""
        if self._decided is not None:
            wait_for(self._decided.exists)
        return self._own()

    def begin(self) -> None:
        """Wait for rank 0's spec."""
        wait_for((self.path / SPEC).exists)

    @contextmanager
    def work(self, **fields: Any) -> Iterator[None]:
        """Time is counted once, by rank 0."""
        yield

    def note(self, **facts: Any) -> bool:
        """Rank 0 keeps them."""
        return False

    def finish(self, facts: Facts | None, tokens: int = 0) -> Manifest:
        """Wait for rank 0's manifest; what is given here is not looked at."""
        return wait_for(self.finished)


def _plain(facts: Facts) -> dict[str, Any]:
    """As they are read back from the file."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(facts))
    return found
