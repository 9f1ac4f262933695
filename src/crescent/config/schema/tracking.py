"""Where figures go besides the run folder."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Tracking:
    """Where figures go besides the run folder."""

    name: str = option("none", of=("none",))
    """`none`: the run folder only."""
