"""Finished stages that several runs share (`store`): what one has made, another with an equal plan links in.

    STORE/round-01.answers.9f86d081884c7d65/    a folder for all stages that sample the same texts
        lock                                    held by the run that is making one of them
        2c26b46b68ffc68f/                       a finished stage, by the digest of its plan; its files are hard links

A stage's files are not written again once it is finished, so that a link is as good as a copy. An entry is published
by one rename, whole or not at all, and its files are compared with their digests before anybody gets them.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from crescent.config.effects import effects
from crescent.config.keys import find, flatten
from crescent.console.progress import Reporter
from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import make_folder, publish_folder, room_to_write
from crescent.runs.manifest import MANIFEST, SPEC, Manifest, Spec, check_files, read_sealed, write_sealed

LOCK = "lock"
DIGITS = 16
"""Hexadecimal digits of a digest that stand in a folder's name."""


def texts_of(plan: Spec) -> Spec:
    """The plan with those settings alone that decide what is sampled: two answers may differ in the vote only."""
    kind = plan.stage.rpartition("/")[2]
    decides = {key: value for key, value in flatten(plan.config).items() if find(key) is None or kind in effects(key)}
    return msgspec.structs.replace(plan, config=decides)


class Store:
    """The folder of one store, and the lock that this process holds in it: one, as a run makes one stage at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.say = Reporter().say
        self._held: TextIO | None = None

    def wait(self, plan: Spec) -> None:
        """Keep other runs from making a stage with the same texts, until `release`; wait for one that is making it.

        The kernel gives the lock back when the process ends, however it ends.

        Raises:
            RunFolderError: no such folder can be made, or its file system has no locks.
        """
        self.release()
        place = self._place(plan)
        with room_to_write(place):
            make_folder(place)
            file = (place / LOCK).open("a+")
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.say(f"{plan.stage}: another run is making it; waiting for that")
                fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            file.close()
            raise RunFolderError(f"store={self.path} cannot be locked ({error.strerror}). Leave it out.") from error
        except BaseException:
            file.close()
            raise
        self._held = file

    def release(self) -> None:
        """Let others make it."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def finished(self, plan: Spec) -> tuple[Path, Manifest] | None:
        """The undamaged stage with an equal plan, None where there is none."""
        return self._read(self._entry(plan), plan.stage)

    def alike(self, plan: Spec) -> Iterator[tuple[Path, Manifest]]:
        """The undamaged stages that sampled the same texts, and may have made something else of them."""
        for path in sorted(self._place(plan).glob(f"*/{MANIFEST}")):
            if (found := self._read(path.parent, plan.stage)) is not None:
                yield found

    def put(self, folder: Path, manifest: Manifest) -> None:
        """Keep the finished stage in `folder`, if there is none with an equal plan."""
        entry = self._entry(manifest.spec)
        if (entry / MANIFEST).exists():
            return
        try:
            with publish_folder(entry) as temporary:
                link(folder, temporary, [*manifest.files, SPEC, MANIFEST])
        except OSError:
            if not (entry / MANIFEST).exists():  # else another run, with an equal stage, was faster
                raise

    def _place(self, plan: Spec) -> Path:
        return self.path / f"{plan.stage.replace('/', '.')}.{texts_of(plan).fingerprint[:DIGITS]}"

    def _entry(self, plan: Spec) -> Path:
        return self._place(plan) / plan.fingerprint[:DIGITS]

    def _read(self, entry: Path, stage: str) -> tuple[Path, Manifest] | None:
        try:
            manifest = read_sealed(entry / MANIFEST, Manifest)
            if manifest is None:
                return None
            check_files(entry, manifest)
        except DamagedError:
            self.say(f"{stage}: a file of {entry} was cut or altered; this stage is removed there and made anew")
            shutil.rmtree(entry)
            return None
        return entry, manifest


def link_stage(entry: Path, manifest: Manifest, folder: Path, seconds: float) -> Manifest:
    """Put a finished stage in the place of `folder`, and return its manifest there.

    It has cost this run nothing but `seconds`, those of a start of its own that came to no end.
    """
    here = msgspec.structs.replace(manifest, tokens=0, seconds=seconds)
    with publish_folder(folder) as temporary:
        link(entry, temporary, manifest.files)
        write_sealed(temporary / SPEC, manifest.spec)
        write_sealed(temporary / MANIFEST, here)
    return here


def link(source: Path, target: Path, names: "list[str] | dict[str, str]") -> None:
    """Hard links in `target` to files below `source`; copies where the file system has no links between the two."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copy2(source / name, target / name)
