"""Where figures go besides the run folder."""

from dataclasses import dataclass, field

from crescent.config.schema.option import option


@dataclass
class Wandb:
    """Weights & Biases. Nothing is imported, written or sent while `mode` is off. Needs the extra `wandb`."""

    mode: str = option("off", of=("off", "auto", "offline", "online"))
    """`auto`: what WANDB_MODE says, else online with a login and off without. `offline`: to be sent by `wandb sync`."""
    project: str = "crescent"
    """Project the run appears in; in a W&B sweep it is the sweep's."""
    entity: str | None = None
    """User or team; null: the login's own."""
    group: str | None = None
    """Runs of one group are shown together."""
    tags: list[str] = option([])
    """Labels to find the run by."""
    datasets: bool = True
    """Log the pairs of every round as an artifact, with the rows themselves."""
    models: str = option("digests", of=("none", "digests", "files"))
    """Log every round's model as an artifact: not at all, its files' digests for the lineage, or with the weights."""


@dataclass
class Tracking:
    """Where figures go besides the run folder. Several may be on at once; each follows the folder from outside."""

    csv: bool = False
    """`tracking/figures.csv` in the run folder."""
    tensorboard: bool = False
    """Event files in `tracking/tensorboard` of the run folder. Needs the extra `tensorboard`."""
    wandb: Wandb = field(default_factory=Wandb)
    wait: float = option(30.0, low=0.0, high=3600.0)
    """Seconds that the end of a run waits at most for what is still to be written or sent."""
