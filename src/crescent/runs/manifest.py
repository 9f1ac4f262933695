"""What a stage was asked to do (`stage.json`, written first) and what it made (`manifest.json`, written last)."""

from collections import defaultdict
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import digest, file_digest, publish

SPEC = "stage.json"
MANIFEST = "manifest.json"
S = TypeVar("S", bound=msgspec.Struct)
F = TypeVar("F", bound="Facts")


class _Absent:
    """Stands for a key that a plan does not have, which is not the same as one that is null."""

    def __repr__(self) -> str:
        return "absent"


class Spec(msgspec.Struct, kw_only=True):
    """Everything that decides a stage's result: its name, its code's version, its configuration, its inputs.

    `inputs` maps a name to the digest of what is read. Two equal specs give equal files.
    """

    stage: str
    version: int
    config: dict[str, Any]
    inputs: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields."""
        return digest(msgspec.json.encode(self, order="sorted"))

    def differences(self, other: "Spec") -> list[str]:
        """`key: there -> here` for every part in which `other` (on disk) differs from this spec."""
        there, here = defaultdict(_Absent, _flat(other)), defaultdict(_Absent, _flat(self))
        keys = sorted(there.keys() | here.keys())
        return [f"{k}: {there[k]!r} -> {here[k]!r}" for k in keys if there[k] != here[k]]


class Facts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a stage says of itself when it is finished; each kind of stage has its own."""


class Manifest(msgspec.Struct, kw_only=True):
    """A finished stage: its spec, its files with digests, what it says of itself, and what it cost in this run.

    `facts` is the plain form in which they are stored; `facts_of` reads them.
    """

    spec: Spec
    files: dict[str, str]
    facts: dict[str, Any]
    tokens: int
    seconds: float

    @property
    def outcome(self) -> str:
        """Digest of what later stages read: the files, not the clock."""
        return digest(msgspec.json.encode([self.spec.fingerprint, self.files], order="sorted"))


def facts_of(manifest: Manifest, kind: type[F]) -> F:
    """The facts of a finished stage of that kind.

    Raises:
        DamagedError: they are not such facts; names the file and the place in it.
    """
    try:
        return msgspec.convert(manifest.facts, kind)
    except msgspec.ValidationError as error:
        stage = manifest.spec.stage
        raise DamagedError(
            f"{stage}/{MANIFEST} does not say what such a stage says: {error}. Delete the folder {stage} of the run "
            "and start the same command again: this stage is made anew."
        ) from error


class Sealed(msgspec.Struct):
    """A record with its own digest, so that a flipped bit in it is noticed."""

    digest: str
    content: msgspec.Raw


def write_sealed(path: Path, content: msgspec.Struct) -> None:
    """Publish a record together with its digest, indented for people."""
    data = msgspec.json.encode(content, order="sorted")
    publish(path, msgspec.json.format(msgspec.json.encode(Sealed(digest(data), msgspec.Raw(data))), indent=1) + b"\n")


def read_sealed(path: Path, kind: type[S]) -> S | None:
    """The record at `path`, None where there is none.

    Raises:
        DamagedError: it was cut or altered.
    """
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=Sealed)
        content = msgspec.json.decode(sealed.content, type=kind)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(path) from None
    if digest(msgspec.json.encode(content, order="sorted")) != sealed.digest:
        raise _damaged(path)
    return content


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file of a finished stage with its digest.

    Raises:
        DamagedError: a file is missing, cut or altered; names it.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or file_digest(path) != expected:
            state = "was cut or altered after it was written" if path.is_file() else "is missing"
            raise DamagedError(
                f"{path} {state}. Delete the folder {folder} and start the same command again: this stage is made anew."
            )


def check_spec(folder: Path, spec: Spec) -> None:
    """Refuse a folder that was begun with another spec.

    Raises:
        RunFolderError: names every key that differs.
    """
    found = read_sealed(folder / SPEC, Spec)
    if found is not None and found.fingerprint != spec.fingerprint:
        raise RunFolderError(
            f"{folder} was made with other settings: " + "; ".join(spec.differences(found)) + ". "
            "Go back to those settings, choose another name=..., or delete that folder."
        )


def _flat(spec: Spec) -> dict[str, Any]:
    flat: dict[str, Any] = {"version": spec.version, "stage": spec.stage}
    pending: list[tuple[str, Any]] = [("", spec.config), ("input ", spec.inputs)]
    while pending:
        prefix, value = pending.pop()
        for key, item in value.items():
            if isinstance(item, dict) and item:
                pending.append((f"{prefix}{key}.", item))
            else:
                flat[f"{prefix}{key}"] = item
    return flat


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"{path} was cut or altered after it was written. Delete the folder {path.parent} and start the same command "
        "again: this stage is made anew."
    )
