"""Source `vary`: variations of a fixed handful of seed problems, the baseline of questions without seeds."""

import random
from dataclasses import dataclass
from functools import cached_property

from crescent.errors import DataError
from crescent.generation.prompts import fill
from crescent.loop.own_texts import OwnTexts, name_of, own_texts
from crescent.loop.sources.source import Asked, Provenance, Turn


@dataclass
class Vary:
    """The model is asked with `questions.vary` (null: `questions.rewrite`) to vary a problem that the seed decides."""

    path: str
    """A file with the seed problems, `embedded:nano`, or the id of a data set on the hub."""
    column: str = "question"
    """The column with the problems."""

    def ask(self, turn: Turn) -> Asked | None:
        """A problem as `{question}`, another one as `{other}`."""
        rows = random.Random(turn.seed).sample(range(len(self._problems)), 2)
        question, other = (self._problems[row] for row in rows)
        prompt = fill(turn.prompts.vary or turn.prompts.rewrite, question=question, other=other)
        return Asked(origin=f"vary {self._own.name}", place=f"problem {rows[0] + 1}", prompt=prompt)

    def inputs(self) -> dict[str, str]:
        """The file. Raises DataError also for an empty row, and for fewer than two different problems."""
        if "" in self._own.texts:
            row = self._own.texts.index("") + 1
            raise DataError(f"{self.path}, row {row}: column `{self.column}` is empty")
        if len(self._problems) < 2:
            raise DataError(f"{self.path} has fewer than two different problems to vary")
        return {self._own.name: self._own.digest}

    def provenance(self, writer: str) -> Provenance:
        """Seed problems went in."""
        shown = name_of(self.path)
        shown = f"`{shown}`" if shown == self.path else f"the file `{shown}`"
        return Provenance(f"The questions are variations of seed problems, those of {shown}, written by {writer}.")

    @cached_property
    def _own(self) -> OwnTexts:
        return own_texts(self.path, self.column)

    @cached_property
    def _problems(self) -> list[str]:
        return list(dict.fromkeys(self._own.texts))
