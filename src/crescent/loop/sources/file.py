"""Source `file`: a person's own unlabelled questions, as they are."""

import random
from dataclasses import dataclass
from functools import cached_property

from crescent.config.schema import option
from crescent.loop.own_texts import OwnTexts, name_of, own_texts
from crescent.loop.sources.source import Asked, Provenance, Turn


@dataclass
class File:
    """Row after row of a file; a round goes on behind the last one. Nothing is generated, and nothing rewritten: what
    is too much like a question of the pool is dropped."""

    path: str
    """A JSON Lines, JSON, CSV or Parquet file, `embedded:nano_questions`, or the id of a data set on the hub."""
    column: str = "question"
    """The column with the questions; nothing else is read."""
    limit: int | None = option(None, low=1)
    """No more rows than these; null: all."""
    shuffle: bool = False
    """Take the rows in an order that the run's seed decides."""
    screened: bool = False
    """Drop what `questions.screen` finds to be no question. An empty text always is dropped."""
    subset: str | None = None
    """Of a data set on the hub: its subset (configuration), such as `main`."""
    split: str = "train"
    """Of a data set on the hub: its split."""
    revision: str | None = None
    """Of a data set on the hub: branch, tag or commit; null: its main branch."""

    def ask(self, turn: Turn) -> Asked | None:
        """The row of this turn's number."""
        rows = self._order(turn.run_seed)
        if turn.number >= len(rows):
            return None
        row = rows[turn.number]
        return Asked(
            origin=f"file {self._own.name}",
            place=f"row {row + 1}",
            question=self._own.texts[row],
            screened=self.screened,
        )

    def inputs(self) -> dict[str, str]:
        """The file, or the column of the data set."""
        return {self._own.name: self._own.digest}

    def provenance(self, writer: str) -> Provenance:
        """They are those of the file."""
        name = name_of(self.path)
        return Provenance(f"The questions are those of `{name}`, column `{self.column}`, as they are.", given=True)

    @cached_property
    def _own(self) -> OwnTexts:
        return own_texts(self.path, self.column, subset=self.subset, split=self.split, revision=self.revision)

    @cached_property
    def _orders(self) -> dict[int, list[int]]:
        return {}

    def _order(self, seed: int) -> list[int]:
        """The rows in the order in which they are taken."""
        if seed not in self._orders:
            rows = list(range(len(self._own.texts)))
            if self.shuffle:
                random.Random(seed).shuffle(rows)
            self._orders[seed] = rows[: self.limit]
        return self._orders[seed]
