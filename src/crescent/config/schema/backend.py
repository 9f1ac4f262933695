"""What turns prompts into text."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Backend:
    """What turns prompts into text."""

    name: str = option("transformers", of=("transformers",))
    """Which one."""
    batch_size: int = option(256, low=1)
    """Sequences decoded together."""
    shard_size: int = option(256, low=1)
    """Requests per shard: the unit that is written, resumed and split over ranks."""
