"""Source `fewshot`: new questions after a few examples, drawn by seed from a file or from the pool so far."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crescent.config.schema import option
from crescent.errors import DataError
from crescent.generation.prompts import fill
from crescent.loop.own_texts import OwnTexts, name_of, own_texts
from crescent.loop.sources.source import Asked, Provenance, Turn

PROMPT = (
    "Here are some mathematics problems.\n\n{examples}\n\nWrite one new problem of this kind that is clearly different "
    "from all of them. It must be complete and have exactly one numerical answer. Reply with the new problem alone."
)


@dataclass
class Fewshot:
    """Each text is asked for after examples of its own. While the pool has too few, the bait asks for it."""

    path: str | None = None
    """A file with examples, or the id of a data set on the hub; null: the questions accepted so far."""
    column: str = "question"
    """The column with the examples."""
    examples: int = option(4, low=1, high=100)
    """How many stand in a prompt."""
    prompt: str = PROMPT
    """What is asked; `{examples}` are the examples, a blank line between them."""
    example: str = "Problem: {question}"
    """How each example is written."""

    def ask(self, turn: Turn) -> Asked | None:
        """The prompt with this turn's examples."""
        examples = turn.pool() if self.path is None else self._own.texts
        if self.path is None and len(examples) < self.examples:
            return Asked(origin="bait", place="for want of examples", prompt=turn.prompts.bait)
        rows = random.Random(turn.seed).sample(range(len(examples)), self.examples)
        return Asked(
            origin="fewshot pool" if self.path is None else f"fewshot {self._own.name}",
            place=f"examples {', '.join(str(row + 1) for row in rows)}",
            prompt=self._filled([examples[row] for row in rows]),
        )

    def inputs(self) -> dict[str, str]:
        """The file. Raises DataError also for one with too few examples, and for a prompt without a place for them."""
        for name, text, field in (("prompt", self.prompt, "{examples}"), ("example", self.example, "{question}")):
            if field not in text:
                raise DataError(f"its {name} has no {field}, so that nothing would be shown")
        if self.path is None:
            return {}
        if len(self._own.texts) < self.examples:
            raise DataError(f"{self.path} has {len(self._own.texts)} rows, fewer than examples={self.examples}")
        if "" in self._own.texts:
            row = self._own.texts.index("") + 1
            raise DataError(f"{self.path}, row {row}: column `{self.column}` is empty")
        return {self._own.name: self._own.digest}

    def provenance(self, writer: str) -> Provenance:
        """Which examples went in."""
        shown, more = "the run's earlier questions", "No seed problem went in; the first were asked for alone."
        if self.path is not None:
            shown, more = f"`{name_of(self.path)}`", "The examples are no part of the data."
        return Provenance(
            f"The questions were written by {writer}, each after {self.examples} examples from {shown}. {more}"
        )

    def _filled(self, examples: Sequence[str]) -> str:
        shown = "\n\n".join(fill(self.example, question=each) for each in examples)
        return fill(self.prompt, examples=shown)

    @cached_property
    def _own(self) -> OwnTexts:
        return own_texts(self.path or "", self.column)
