"""Where and with what the work runs."""

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


@dataclass
class Trainer:
    """Where the work runs."""

    accelerator: str = option("auto", of=("auto", "cpu", "gpu"))
    """`auto` takes a GPU where there is one."""
    devices: int = option(1, low=1)
    """GPUs or processes that share a stage."""
    threads: int | None = option(None, low=1)
    """CPU threads; null: all cores."""


@dataclass
class Tracking:
    """Where figures go besides the run folder."""

    name: str = option("none", of=("none",))
    """`none`: the run folder only."""
