"""Selection `chain`: one after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crescent.config.check import Mistake
from crescent.config.schema import Config
from crescent.config.schema.option import option
from crescent.config.slots import SLOTS
from crescent.voting.selection.selection import Candidate, Selected, Selection


@dataclass
class Chain:
    """Every step chooses among what the steps before it kept."""

    steps: list[dict[str, Any]] = option([])
    """Sections like that of `select`: [{use: margin, least: 0.5}, {use: shortest}]."""

    def mistakes(self, config: Config) -> Iterator[Mistake]:
        """Those of its steps, which are named `select.steps[0]` and so on."""
        if not self.steps:
            yield Mistake(("select.steps",), "select.steps is empty: give steps, or take select=all")
        for place, step in enumerate(self.steps):
            yield from SLOTS["select"].mistakes(step, config, key=f"select.steps[{place}]")

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """Step by step."""
        kept, drops = list(candidates), []
        for step in self.steps:
            selection: Selection = SLOTS["select"].build(step)
            selected = selection.select(kept, number, seed)
            kept = selected.kept
            drops += selected.drops
        return Selected(kept, drops)
