"""Source `mixed`: several sources, each with a share of the turns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from crescent.config.check import Mistake
from crescent.config.schema import Config
from crescent.config.slots import SLOTS
from crescent.errors import DataError
from crescent.loop.sources.source import Asked, Provenance, Source, Turn

SHARE = "share"


@dataclass
class Mixed:
    """A turn goes to the part that is furthest behind its share, so that none is ever a whole turn ahead of its own.

    A part that has no more gives its turns to the others, in proportion. Each part counts its own turns.
    """

    parts: list[dict[str, Any]]
    """Sections such as `{use: file, path: q.jsonl, share: 2}`; shares are relative to each other, 1 where not said."""

    def __post_init__(self) -> None:
        self._turns: list[tuple[int, int]] = []
        """Part and number there of every turn that was dealt out so far."""
        self._given = [0] * len(self.parts)
        self._alive = list(range(len(self.parts)))

    def ask(self, turn: Turn) -> Asked | None:
        """What the part asks for whose turn it is."""
        while len(self._turns) <= turn.number and self._alive:
            self._deal(turn)
        if turn.number >= len(self._turns):
            return None
        part, number = self._turns[turn.number]
        return self._sources[part].ask(msgspec.structs.replace(turn, number=number))

    def inputs(self) -> dict[str, str]:
        """Those of all parts. Raises DataError with the number of the part."""
        found: dict[str, str] = {}
        for number, (part, source) in enumerate(zip(self.parts, self._sources, strict=True)):
            try:
                given = source.inputs()
            except DataError as error:
                raise DataError(f"parts[{number}] ({part['use']}): {error}") from None
            found |= {f"parts[{number}] {name}": digest for name, digest in given.items()}
        return found

    def provenance(self, writer: str) -> Provenance:
        """The sentences of the parts."""
        told = []
        for part, source in zip(self.parts, self._sources, strict=True):
            tell = getattr(source, "provenance", None)
            unknown = Provenance(f"The questions came from the source `{part['use']}`.", given=True)
            told.append(tell(writer) if tell else unknown)
        shares = " : ".join(f"{share:g}" for share in self._shares)
        lead = (
            f"The questions came from {len(told)} sources, asked in the proportion {shares} as long as each had more."
        )
        of_each = (f"Of source {number}: {each.sentence}" for number, each in enumerate(told, start=1))
        return Provenance(" ".join([lead, *of_each]), given=any(each.given for each in told))

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """What is wrong with the parts, each checked as a section of its own: `source.parts[0]` and so on."""
        if not self.parts:
            yield Mistake(("source.parts",), "source.parts is empty: give sections, such as [{use: bait, share: 1}]")
        for number, part in enumerate(self.parts):
            place = f"source.parts[{number}]"
            share = part.get(SHARE, 1)
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < float("inf"):
                yield Mistake((f"{place}.{SHARE}",), f"{place}.{SHARE}={share}: must be a number above 0")
            yield from SLOTS["source"].mistakes(_section(part), config, place)

    def _deal(self, turn: Turn) -> None:
        """Decide whose the next turn is. A part is asked whether it has more."""
        total = sum(self._shares[part] for part in self._alive)
        dealt = sum(self._given[part] for part in self._alive) + 1
        part = max(self._alive, key=lambda each: self._shares[each] / total * dealt - self._given[each])
        number = self._given[part]
        if self._sources[part].ask(msgspec.structs.replace(turn, number=number)) is None:
            self._alive.remove(part)
            return
        self._turns.append((part, number))
        self._given[part] += 1

    @cached_property
    def _sources(self) -> list[Source]:
        return [SLOTS["source"].build(_section(part)) for part in self.parts]

    @cached_property
    def _shares(self) -> list[float]:
        return [float(part.get(SHARE, 1)) for part in self.parts]


def _section(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != SHARE}
