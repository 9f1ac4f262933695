"""Shards: the unit that is written, resumed, and split over ranks.

A shard's name carries the digest of its content: `00003.9f86d081884c7d65.jsonl`. Where the rows answer requests, the
digest of those stands before it: `00003.2c26b46b68ffc68f.9f86d081884c7d65.jsonl`. One rename publishes all of it, so a
killed process leaves whole shards only, a shard that was cut or altered later no longer fits its own name, and one that
answers other requests than are asked now is not taken for an answer to these.

There is one file for each shard at any time: an older one is removed before the new one takes its place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from crescent.errors import DamagedError
from crescent.records import Row
from crescent.runs import rows
from crescent.runs.atomic import digest, publish

R = TypeVar("R", bound=Row)
_NAME = re.compile(r"(?P<index>\d{5}|[1-9]\d{5,})(?:\.(?P<asked>[0-9a-f]{16}))?\.(?P<digest>[0-9a-f]{16})\.jsonl")
DIGITS = 16
"""Of the hexadecimal digits of a SHA-256, those that stand in a shard's name."""


class ShardFolder:
    """The shards of one kind of row in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self) -> dict[int, Path]:
        """Index -> file of every shard on disk, in index order.

        Raises:
            DamagedError: two files claim to be the same shard, which no kill leaves behind.
        """
        found: dict[int, Path] = {}
        for index, paths in sorted(self._files().items()):
            # Another rank may have replaced a shard while the folder was being listed.
            there = paths if len(paths) == 1 else [path for path in paths if path.exists()]
            if len(there) > 1:
                raise _twice(index, there)
            if there:
                found[index] = there[0]
        return found

    def answering(self, asked: Mapping[int, str]) -> set[int]:
        """The shards on disk that answer what is asked: index -> digest of its requests."""
        return {index for index, path in self.finished().items() if asked.get(index) == _asked(path)}

    def discard_others(self, asked: Mapping[int, str]) -> list[int]:
        """Remove every shard that answers other requests than those asked now, and return their indices."""
        others = {(i, path) for i, paths in self._files().items() for path in paths if asked.get(i) != _asked(path)}
        for _, path in others:
            path.unlink(missing_ok=True)
        return sorted({index for index, _ in others})

    def write(self, index: int, content: Iterable[Row], asked: str | None = None) -> Path:
        """Publish shard `index`, in place of an older one, and return its file. `asked`: the digest of its requests."""
        data = rows.to_lines(content)
        digests = [asked, digest(data)] if asked is not None else [digest(data)]
        path = self.path / ".".join([f"{index:05d}", *(each[:DIGITS] for each in digests), "jsonl"])
        # Before and not after: a kill in between then costs a shard that was to be replaced, and leaves no two of it.
        self.remove(index, keep=path)
        publish(path, data)
        return path

    def take(self, path: Path, kind: type[R], change: Callable[[R], R] | None = None) -> Path:
        """Copy a shard from another folder, its content checked, and return its file. `change`: what becomes of its
        rows, which are `kind`.

        Raises:
            DamagedError: its content does not fit the digest in its name.
        """
        data = _checked(path)
        if change is None:
            publish(self.path / path.name, data)
            return self.path / path.name
        index = int(path.name.partition(".")[0])
        return self.write(index, map(change, rows.from_lines(data, kind, path)), _asked(path))

    def remove(self, index: int, keep: Path | None = None) -> None:
        """Remove shard `index`, if it is there and not the file to `keep`."""
        for path in self._files().get(index, []):
            if path != keep:
                path.unlink(missing_ok=True)

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

    def _files(self) -> dict[int, list[Path]]:
        """Index -> every file that carries its name."""
        found: dict[int, list[Path]] = {}
        for path in self.path.iterdir() if self.path.is_dir() else ():
            if name := _NAME.fullmatch(path.name):
                found.setdefault(int(name["index"]), []).append(path)
        return found


def read_checked(path: Path, kind: type[R]) -> list[R]:
    """The rows of a shard file whose content fits the digest in its name."""
    return rows.from_lines(_checked(path), kind, path)


def _checked(path: Path) -> bytes:
    data = path.read_bytes()
    name = _NAME.fullmatch(path.name)
    if name is None or digest(data)[:DIGITS] != name["digest"]:
        raise DamagedError(
            f"{path} was cut or altered after it was written. Delete this file and start the same command again: "
            "only this shard is made anew."
        )
    return data


def _asked(path: Path) -> str | None:
    name = _NAME.fullmatch(path.name)
    return name["asked"] if name else None


def _twice(index: int, paths: Iterable[Path]) -> DamagedError:
    one, other, *_ = sorted(paths)
    return DamagedError(
        f"{one} and {other.name} are both shard {index}. Keep the one that manifest.json of this stage lists; where it "
        "lists neither, delete both and start the same command again: this shard is made anew."
    )
