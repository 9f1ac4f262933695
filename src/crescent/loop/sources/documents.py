"""Source `documents`: questions about passages of a person's own documents. Who answers does not see them."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from crescent.config.schema import option
from crescent.errors import DataError
from crescent.generation.prompts import fill
from crescent.loop.own_texts import TABLES, OwnTexts, file_of, name_of, own_texts
from crescent.loop.sources.source import Asked, Provenance, Turn
from crescent.runs.atomic import file_digest

PROMPT = (
    "Read this passage.\n\n{passage}\n\nWrite one mathematics word problem about what it tells. The problem must stand "
    "on its own: give every number that is needed, do not refer to the passage, and make sure that exactly one "
    "numerical answer is right. Reply with the problem alone."
)
BLANK = re.compile(r"\n\s*\n")


@dataclass
class Documents:
    """The model is asked for a question about a passage: paragraphs together, up to `size` letters."""

    path: str
    """A text file, a table (JSON Lines, JSON, CSV, Parquet) with a document per row, or the id of a data set."""
    column: str = "text"
    """The column of a table with the documents."""
    size: int = option(1000, low=50, high=1000000)
    """Letters of a passage at most. A longer paragraph is cut between words."""
    shuffle: bool = False
    """Draw the passage of each question by its seed, instead of one after another."""
    times: int | None = option(None, low=1)
    """Questions asked for per passage before the source has no more; null: without end."""
    prompt: str = PROMPT
    """What is asked; `{passage}` is the passage."""

    def ask(self, turn: Turn) -> Asked | None:
        """The passage of this turn's number, from the beginning again after the last one; or one that is drawn."""
        count = len(self._passages)
        if self.times is not None and turn.number >= count * self.times:
            return None
        number = random.Random(turn.seed).randrange(count) if self.shuffle else turn.number % count
        return Asked(
            origin=f"documents {self._own.name}",
            place=f"passage {number + 1}",
            prompt=fill(self.prompt, passage=self._passages[number]),
        )

    def inputs(self) -> dict[str, str]:
        """The file. Raises DataError also where it has no text, or the prompt no place for a passage."""
        if "{passage}" not in self.prompt:
            raise DataError("its prompt has no {passage}, so that nothing would be shown")
        if not self._passages:
            raise DataError(f"{self.path} has no text to ask about")
        return {self._own.name: self._own.digest}

    def provenance(self, writer: str) -> Provenance:
        """Documents went in."""
        return Provenance(
            f"The questions were written by {writer} about passages of `{name_of(self.path)}`, which are no part of "
            "the data."
        )

    @cached_property
    def _own(self) -> OwnTexts:
        file = file_of(self.path)
        if file is None or file.suffix in TABLES:
            return own_texts(self.path, self.column)
        return OwnTexts(name_of(self.path), [_text(file)], file_digest(file))

    @cached_property
    def _passages(self) -> list[str]:
        return [passage for text in self._own.texts for passage in passages(text, self.size)]


def passages(text: str, size: int) -> Iterator[str]:
    """The text in passages of at most `size` letters: whole paragraphs together, as many as there is room for."""
    passage = ""
    for part in (part for paragraph in BLANK.split(text) for part in _parts(" ".join(paragraph.split()), size)):
        if passage and len(passage) + 2 + len(part) > size:
            yield passage
            passage = ""
        passage = f"{passage}\n\n{part}" if passage else part
    if passage:
        yield passage


def _parts(paragraph: str, size: int) -> Iterator[str]:
    """The paragraph, cut before the last space that there is room for."""
    while len(paragraph) > size:
        end = paragraph.rfind(" ", 1, size + 1)
        end = size if end < 0 else end
        yield paragraph[:end]
        paragraph = paragraph[end:].lstrip()
    if paragraph:
        yield paragraph


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{file} is not UTF-8 text") from None
