"""Changing runs as somebody would who wants another result: files edited, and all digests made to fit again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crescent.commands.verify.command import examine
from crescent.runs.atomic import digest, file_digest
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed, write_sealed

Row = dict[str, Any]


def only(folder: Path, pattern: str) -> Path:
    """The first file that fits."""
    return sorted(folder.glob(pattern))[0]


def edit(path: Path, line: int, change: Callable[[Row], object]) -> Row:
    """Change a row of a file of JSON Lines, counted from 1, in place. Returns it as it is then."""
    lines = path.read_bytes().splitlines()
    row: Row = json.loads(lines[line - 1])
    change(row)
    lines[line - 1] = json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    return row


def reseal(path: Path, stage: Path) -> Path:
    """Give an edited file of a stage the name and the digests that its content has now, and return where it is."""
    manifest = read_sealed(stage / MANIFEST, Manifest)
    assert manifest is not None
    del manifest.files[path.relative_to(stage).as_posix()]
    if path.name[:5].isdigit():
        *words, _, end = path.name.split(".")
        path = path.rename(path.with_name(".".join([*words, digest(path.read_bytes())[:16], end])))
    manifest.files[path.relative_to(stage).as_posix()] = file_digest(path)
    write_sealed(stage / MANIFEST, manifest)
    return path


def said(folder: Path) -> list[str]:
    """The lines of all disagreements."""
    return [each.line() for each in examine(folder).disagreements]
