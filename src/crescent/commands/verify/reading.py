"""Rows as they stand on disk, each with its file and line, also in files that were altered: those are to be named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from crescent.commands.verify.findings import Check
from crescent.errors import DamagedError
from crescent.records import Row
from crescent.runs.manifest import MANIFEST, F, Manifest, facts_of, read_sealed
from crescent.runs.names import in_order
from crescent.runs.shards import ShardFolder

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Read(Generic[R]):
    """A row, and where it stands: `file` from the run's folder, and the line, counted from 1."""

    row: R
    file: str
    line: int


class Folder:
    """A run's folder, read without asking whether its files are undamaged: the check of the files says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifests: dict[str, Manifest] = {}
        for place in sorted(path.glob(f"*/*/{MANIFEST}"), key=in_order):
            try:
                found = read_sealed(place, Manifest)
            except DamagedError:
                found = _unsealed(place)
            if found is not None:
                self.manifests[place.parent.relative_to(path).as_posix()] = found

    def name(self, path: Path) -> str:
        """The path from the run's folder."""
        return path.relative_to(self.path).as_posix()

    def shards(self, place: str, kind: type[R], check: Check) -> list[Read[R]]:
        """The rows of all shards below `place`; lines that are none are disagreements."""
        try:
            files = list(ShardFolder(self.path / place).finished().values())
        except DamagedError as error:
            check.wrong(place, "", str(error), "one file per shard")
            return []
        return [row for file in files for row in self.rows(file, kind, check)]

    def rows(self, file: Path, kind: type[R], check: Check) -> list[Read[R]]:
        """The rows of a file of JSON Lines; lines that are none are disagreements."""
        decoder, found = msgspec.json.Decoder(kind), []
        try:
            lines: Sequence[bytes] = file.read_bytes().splitlines()
        except FileNotFoundError:
            check.wrong(self.name(file), "", "no such file", f"rows of {kind.__name__}")
            return []
        for number, line in enumerate(lines, start=1):
            try:
                found.append(Read(decoder.decode(line), self.name(file), number))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                check.wrong(self.name(file), f"line {number}", line.decode(errors="replace"), f"a row ({error})")
        return found

    def passes(self, answers: str) -> list[str]:
        """The folders of the sampling passes of a vote, in their order."""
        folder = self.path / answers / "solutions"
        found = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
        return [self.name(path) for path in sorted(found, key=in_order)]


def _unsealed(place: Path) -> Manifest | None:
    """What an altered manifest says; None where it cannot be read at all."""
    try:
        content = msgspec.json.decode(place.read_bytes())["content"]
        return msgspec.convert(content, Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        return None


def line_of(read: Read[R]) -> str:
    """`line 7`."""
    return f"line {read.line}"


def stated(manifest: Manifest, kind: type[F], check: Check) -> F | None:
    """What a stage says of itself; where it says nothing of that kind, that is a disagreement."""
    try:
        return facts_of(manifest, kind)
    except DamagedError as error:
        check.wrong(f"{manifest.spec.stage}/{MANIFEST}", "facts", str(error.__cause__ or error), kind.__name__)
        return None
