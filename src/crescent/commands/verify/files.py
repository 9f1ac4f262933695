"""Check `files`: all files of finished stages, specifications, manifests and the summary, by their digests."""

from pathlib import Path

from crescent.commands.verify.findings import Check
from crescent.commands.verify.reading import Folder
from crescent.errors import CrescentError, DamagedError
from crescent.reporting.completed import SUMMARY
from crescent.runs.atomic import TEMPORARY, file_digest
from crescent.runs.folder import read_json
from crescent.runs.manifest import MANIFEST, SPEC, Manifest, Spec, read_sealed
from crescent.runs.names import in_order
from crescent.runs.shards import ShardFolder

SHOWN = 16
"""Hexadecimal digits of a digest that a line shows."""


def check_digests(folder: Folder, check: Check) -> None:
    """Every file that a manifest lists, every seal, shards of unfinished stages by their names, and the summary."""
    _seals(folder, check)
    for stage, manifest in folder.manifests.items():
        for name, digest in manifest.files.items():
            _file(folder, check, f"{stage}/{name}", digest)
        _beyond(folder, check, stage, manifest)
    for place in _unfinished(folder):
        check.absent(f"{place} is not finished: its files are held against their own names alone")
        for shards in sorted({path.parent for path in (folder.path / place).rglob("*.jsonl")}):
            _shards(folder, check, shards)
    status = read_json(folder.path / "status.json") or {}
    if isinstance(summary := status.get("summary"), str):
        _file(folder, check, SUMMARY, summary)
    for stage, outcome in (status.get("stages") or {}).items():
        there = folder.manifests.get(stage)
        check.same(f"{stage}/{MANIFEST}", "outcome", outcome, there.outcome if there else "no such stage")


def _file(folder: Folder, check: Check, name: str, digest: str) -> None:
    try:
        check.same(name, "digest", digest, file_digest(folder.path / name))
    except DamagedError:
        check.wrong(name, "", f"digest {digest[:SHOWN]}", "no such file")


def _seals(folder: Folder, check: Check) -> None:
    """Specifications and manifests carry a digest of themselves."""
    kinds: tuple[tuple[str, type[Spec] | type[Manifest]], ...] = ((SPEC, Spec), (MANIFEST, Manifest))
    for name, kind in kinds:
        for path in sorted(folder.path.glob(f"*/*/{name}"), key=in_order):
            check.compared += 1
            try:
                read_sealed(path, kind)
            except DamagedError:
                check.compared -= 1
                check.wrong(folder.name(path), "", "a content and its digest", "another digest: it was altered")


def _beyond(folder: Folder, check: Check, stage: str, manifest: Manifest) -> None:
    """Shards that the manifest does not list: readers would take them for rows of the stage."""
    for path in sorted((folder.path / stage).rglob("*.jsonl"), key=in_order):
        name = path.relative_to(folder.path / stage).as_posix()
        if name not in manifest.files and not path.name.startswith(TEMPORARY) and not name.startswith("scratch/"):
            check.wrong(folder.name(path), "", "a file of this name", "the manifest does not list it")


def _unfinished(folder: Folder) -> list[str]:
    begun = [folder.name(path.parent) for path in sorted(folder.path.glob(f"*/*/{SPEC}"), key=in_order)]
    return [place for place in begun if place not in folder.manifests]


def _shards(folder: Folder, check: Check, place: Path) -> None:
    try:
        files = ShardFolder(place).finished().values()
    except CrescentError as error:
        check.wrong(folder.name(place), "", str(error), "one file per shard")
        return
    for path in files:
        digest = path.name.split(".")[-2]
        check.same(folder.name(path), "digest", digest, file_digest(path)[: len(digest)])
