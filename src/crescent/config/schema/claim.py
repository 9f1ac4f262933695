"""Arms of an experiment, compared over seeds."""

from dataclasses import dataclass

from crescent.config.schema.option import option, section


@dataclass
class Claim:
    """Several arms of one experiment, each an ordinary run per seed, and one page about all of them (`stage=claim`)."""

    arms: dict[str, str] = section(dict)
    """Arm -> its overrides of this configuration, `key=value` apart by spaces. The first arm is what is claimed."""
    compare: str = option("round", of=("round", "last"))
    """Which models of two arms: those of the round that the first arm kept, or those that each arm ends with."""
    repeats: int = option(3, low=1, high=100, affects=("length",))
    """Runs per arm, with `seed`, `seed` + 1, ... The arms of one seed are compared item by item."""
