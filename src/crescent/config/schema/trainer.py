"""Where the work runs."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Trainer:
    """Where the work runs."""

    accelerator: str = option("auto", of=("auto", "cpu", "gpu"))
    """`auto` takes a GPU where there is one."""
    devices: int = option(1, low=1)
    """GPUs or processes that share a stage."""
    threads: int | None = option(None, low=1)
    """CPU threads; null: all cores."""
