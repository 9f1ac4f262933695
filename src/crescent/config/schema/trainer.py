"""Where the work runs."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Trainer:
    """Where the work runs."""

    accelerator: str = option("auto", of=("auto", "cpu", "gpu"))
    """`auto` takes a GPU where there is one."""
    devices: int = option(1, low=1)
    """GPUs or processes per node that share a stage; several need `executor=process`."""
    nodes: int = option(1, low=1)
    """Machines that share a stage; several need a Slurm allocation, see docs/slurm.md."""
    strategy: str = option("auto", of=("auto", "ddp", "fsdp"))
    """How several devices train: `ddp` (and `auto`) with a copy of the model on each; `fsdp` with a share of every
    weight on each."""
    threads: int | None = option(None, low=1)
    """CPU threads; null: all cores."""
