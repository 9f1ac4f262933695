"""Source `bait`: the one prompt, and nothing else (Crescent, section 2)."""

from dataclasses import dataclass

from crescent.loop.sources.source import Asked, Provenance, Turn


@dataclass
class Bait:
    """Every question is asked for with `questions.bait`."""

    def ask(self, turn: Turn) -> Asked | None:
        """The bait."""
        return Asked(origin="bait", prompt=turn.prompts.bait)

    def inputs(self) -> dict[str, str]:
        """Nothing is read."""
        return {}

    def provenance(self, writer: str) -> Provenance:
        """Nothing goes in but the prompt."""
        return Provenance(
            f"The questions were written in answer to one bait prompt, by {writer}. No seed problem went in."
        )
