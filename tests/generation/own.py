"""A backend of somebody's own: ours, under another name."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from crescent.config.schema import Sampling
from crescent.generation.backend import Completed, Report
from crescent.generation.own import OwnBackend, Writing
from crescent.generation.request import Shard


@dataclass
class Renamed(OwnBackend):
    """Notes what it was given, and that it was closed, in a list that all have in common."""

    note: str = "opened"
    decoder = "renamed"
    notes: ClassVar[list[Any]] = []

    def open(self, model: Writing) -> None:
        from crescent.generation.transformers_backend import TransformersBackend

        self.notes.append((self.note, model.place, model.context))
        self._inner = TransformersBackend(model.load(), model.batch_size, model.context)

    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        return self._inner.stream(shards, sampling, seed, report)

    def close(self) -> None:
        self.notes.append("closed")
