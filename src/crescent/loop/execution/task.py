"""What the processes of a stage are given, and what they give back: JSON files below `processes/` in the run folder."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crescent import errors
from crescent.config.effects import deciding
from crescent.errors import CrescentError
from crescent.loop.stages.context import ModelRef
from crescent.runs.atomic import digest, publish
from crescent.runs.manifest import MANIFEST, Manifest, check_files, read_sealed

TASK = "task.json"
OUTCOME = "outcome.json"
R = TypeVar("R", bound=msgspec.Struct)


class ElsewhereError(Exception):
    """Stands for what happened in another process: its tracebacks, or the end of its log, as text."""


class Task(msgspec.Struct, kw_only=True):
    """One stage to run: `crescent.loop.stages.STAGE.run` with `arguments`, as rank r of `nodes` times `devices`.

    `config` is the whole configuration; `version` the program's. Two equal tasks have the same result.
    """

    stage: str
    arguments: list[Any]
    run: str
    config: dict[str, Any]
    base: ModelRef
    student: ModelRef | None
    devices: int
    nodes: int
    version: str

    @property
    def world_size(self) -> int:
        """Number of processes that share the stage."""
        return self.devices * self.nodes

    @property
    def digest(self) -> str:
        """Digest of what decides the result: everything but where and how the work is done."""
        places = {"devices": 0, "nodes": 0, "run": ""}
        same = msgspec.structs.replace(self, **places, config=deciding(self.config))
        return digest(msgspec.json.encode(same, order="sorted"))


class Outcome(msgspec.Struct, kw_only=True):
    """How it ended, by rank 0: the finished stage's folder, or an error that is meant for the user.

    `task`: digest of the task that this is the outcome of.
    """

    task: str
    finished: str | None = None
    error: str | None = None
    message: str = ""
    mistakes: list[str] = []
    chain: str = ""
    """Its tracebacks and those of its causes, in the process where it was raised."""

    @classmethod
    def failed(cls, task: Task, error: CrescentError, chain: str = "") -> "Outcome":
        """The outcome of a stage that ended with `error`; `chain` as `crescent.runs.failures.chain` writes it."""
        mistakes = getattr(error, "mistakes", [])
        return cls(task=task.digest, error=type(error).__name__, message=str(error), mistakes=mistakes, chain=chain)

    def raised(self) -> CrescentError:
        """The error, to be raised again in another process, with its chain as its cause."""
        kind = getattr(errors, self.error or "", CrescentError)
        error: CrescentError
        if kind is errors.ConfigError:
            error = errors.ConfigError(self.mistakes)
        else:
            error = kind.__new__(kind)
            error.args = (self.message,)
        error.__cause__ = ElsewhereError(self.chain) if self.chain else None
        return error

    def manifest(self, run: Path) -> Manifest | None:
        """The manifest of the finished stage, None where its folder has been removed.

        Raises:
            DamagedError: the manifest or a file it lists was cut or altered.
        """
        folder = run / (self.finished or "")
        manifest = read_sealed(folder / MANIFEST, Manifest) if self.finished else None
        if manifest is not None:
            check_files(folder, manifest)
        return manifest


def write(path: Path, content: msgspec.Struct) -> None:
    """Publish a task or an outcome."""
    publish(path, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def read(path: Path, kind: type[R]) -> R | None:
    """A task or an outcome, None where there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
