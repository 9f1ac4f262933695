"""The configured source, and the turns that it is asked."""

from collections.abc import Callable, Sequence

from crescent.config.schema import Config
from crescent.config.seeds import derived_seed
from crescent.config.slots import SLOTS
from crescent.loop.sources.source import Source, Turn

DRAW = "seed problem"
"""The name of a source's draws among a stage's: what first drew anything were seed problems."""


def source_of(config: Config) -> Source:
    """The configured source."""
    source: Source = SLOTS["source"].build(config.source)
    return source


def turn_of(config: Config, stage: str, id: str, number: int, pool: Callable[[], Sequence[str]]) -> Turn:
    """The turn of question `id` in a stage of this name; `number` texts were asked for before."""
    return Turn(
        id=id,
        number=number,
        seed=derived_seed(config.seed, stage, DRAW, id),
        run_seed=derived_seed(config.seed, DRAW),
        pool=pool,
        prompts=config.questions,
    )
