"""Source `bait`: the one prompt, and nothing else (Crescent, section 2)."""

from dataclasses import dataclass

from crescent.loop.sources.source import Asked, Turn


@dataclass
class Bait:
    """Every question is asked for with `questions.bait`."""

    def ask(self, turn: Turn) -> Asked | None:
        """The bait."""
        return Asked(origin="bait", prompt=turn.prompts.bait)

    def inputs(self) -> dict[str, str]:
        """Nothing is read."""
        return {}
