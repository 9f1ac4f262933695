"""Source `empty`: the chat template's user turn, opened and left empty (Magpie, Xu et al. 2024, arXiv 2406.08464)."""

from dataclasses import dataclass

from crescent.loop.sources.source import Asked, Provenance, Turn


@dataclass
class Empty:
    """The model writes what a user would say. Needs a chat template, and a backend that goes on with texts."""

    begin: str = ""
    """The first words of the turn, which are part of the question."""

    def ask(self, turn: Turn) -> Asked | None:
        """The beginning of a user's turn."""
        return Asked(origin="empty", begin=self.begin)

    def inputs(self) -> dict[str, str]:
        """Nothing is read."""
        return {}

    def provenance(self, writer: str) -> Provenance:
        """Nothing goes in but what opens a turn."""
        begun = f", after the words `{self.begin}`" if self.begin else ""
        return Provenance(
            f"The questions are what {writer} wrote in a user's place, in an empty turn of its chat template{begun}. "
            "No seed problem went in."
        )
