"""What the source of questions brings, as its first turns have it: how many texts there are, and who writes them."""

from dataclasses import dataclass

from crescent.config.schema import Config
from crescent.loop.trial import available, tried
from crescent.loop.turns import source_of

LETTERS = 4
"""Of a question, per token, where one stands in for those that the pool will have."""


@dataclass(frozen=True)
class Brought:
    """`turns`: texts that there are for all rounds, or that these can ask for. `written`: the share of them that the
    model writes, after prompts such as `prompt`."""

    turns: int
    written: float
    prompt: str


def brought(config: Config) -> Brought:
    """What the configured source brings. The pool that it may draw from has questions of `plan.question_tokens`."""
    source = source_of(config)
    questions = config.questions
    first = list(tried(config, source, ["x" * LETTERS * config.plan.question_tokens] * questions.target))
    prompts = [each.prompt for each in first if each.prompt is not None]
    given = sum(each.question is not None for each in first)
    return Brought(
        turns=available(config, source, questions.max_waves * questions.wave_size * config.rounds),
        written=1 - given / len(first) if first else 1.0,
        prompt=max(prompts, key=len) if prompts else "",
    )
