"""Shards: the unit that is written, resumed, and split over ranks.

A shard's name carries the digest of its content: `00003.9f86d081884c7d65.jsonl`. One rename therefore publishes both,
a killed process leaves whole shards only, and a shard that was cut or altered later no longer fits its own name.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from crescent.errors import DamagedError
from crescent.records import Row
from crescent.run import rows
from crescent.run.atomic import digest, publish

R = TypeVar("R", bound=Row)
_NAME = re.compile(r"(?P<index>\d{5})\.(?P<digest>[0-9a-f]{16})\.jsonl")


class ShardFolder:
    """The shards of one kind of row in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self) -> dict[int, Path]:
        """Index -> file of every shard on disk, in index order."""
        if not self.path.is_dir():
            return {}
        found: dict[int, Path] = {}
        for path in sorted(self.path.iterdir()):
            if name := _NAME.fullmatch(path.name):
                found[int(name["index"])] = path
        return found

    def write(self, index: int, content: Iterable[Row]) -> Path:
        """Publish shard `index`, in place of an older one, and return its file."""
        data = rows.to_lines(content)
        path = self.path / f"{index:05d}.{digest(data)[:16]}.jsonl"
        publish(path, data)
        for older in self.path.glob(f"{index:05d}.*.jsonl"):
            if older != path:
                older.unlink()
        return path

    def read(self, index: int, kind: type[R]) -> list[R]:
        """The rows of shard `index`.

        Raises:
            DamagedError: the shard is missing, or its content no longer fits the digest in its name.
        """
        path = self.finished().get(index)
        if path is None:
            raise DamagedError(f"shard {index} is missing in {self.path}")
        return read_checked(path, kind)

    def stream(self, kind: type[R]) -> Iterator[R]:
        """All rows in shard order, one shard in memory at a time."""
        for path in self.finished().values():
            yield from read_checked(path, kind)


def read_checked(path: Path, kind: type[R]) -> list[R]:
    """The rows of a shard file whose content fits the digest in its name."""
    data = path.read_bytes()
    name = _NAME.fullmatch(path.name)
    if name is None or digest(data)[:16] != name["digest"]:
        raise DamagedError(
            f"{path} was cut or altered after it was written. Delete this file and start the same command again: "
            "only this shard is made anew."
        )
    return rows.from_lines(data, kind, path)
