"""The first test: equal after normalisation. Similarity is 1."""

from crescent.dedup.keyed import KeyedStep
from crescent.dedup.normalise import normalise


class ExactStep(KeyedStep):
    """Normalised texts are equal."""

    name = "exact"

    def key(self, text: str) -> str:
        """The normalised text."""
        return normalise(text)
