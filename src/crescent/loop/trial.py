"""The source on trial, before a run: what it asks for, how much it has, and what is wrong with it."""

from collections.abc import Iterator, Sequence

from crescent.config.conversations import PLAIN
from crescent.config.schema import Config
from crescent.errors import CrescentError
from crescent.loop.sources.source import Asked, Source
from crescent.loop.turns import source_of, turn_of

TRIED = 64
"""Turns from which is judged what a source brings."""


def tried(config: Config, source: Source, pool: Sequence[str] = ()) -> Iterator[Asked]:
    """What the source answers to its first turns; with `pool` as if these questions had been accepted."""
    for number in range(TRIED):
        asked = _asked(config, source, number, pool)
        if asked is None:
            return
        yield asked


def available(config: Config, source: Source, most: int) -> int:
    """How many turns the source has, where it has fewer than `most`; else `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if _asked(config, source, middle) is None:
            high = middle
        else:
            low = middle + 1
    return low


def source_mistakes(config: Config) -> list[str]:
    """What is wrong with the source, as far as it shows without a model: what it reads, and its first turns."""
    said = f"source.use={config.source['use']}"
    try:
        source = source_of(config)
        source.inputs()
        asked = list(tried(config, source))
    except CrescentError as error:
        return [f"{said}: {error}"]
    except Exception as error:  # a class of somebody else's may raise anything
        return [f"{said}: {type(error).__name__}: {(str(error).splitlines() or [''])[0]}"]
    if not asked:
        return [f"{said} has no questions"]
    return list(_wrong_answers(config, said, asked))


def longest_prompt(config: Config) -> list[str]:
    """The longest message to the model among the first turns, that of its bait aside; none where there is none."""
    prompts = {each.prompt for each in tried(config, source_of(config)) if each.prompt is not None}
    return sorted(prompts - {config.questions.bait}, key=len)[-1:]


def goes_on_with_texts(config: Config) -> bool:
    """Whether the source needs a user's turn that the model goes on with."""
    return any(each.begin is not None for each in tried(config, source_of(config)))


def _wrong_answers(config: Config, said: str, asked: Sequence[Asked]) -> Iterator[str]:
    for each in asked:
        if not isinstance(each, Asked):
            yield f"{said}: ask must return Asked or None, and returns {type(each).__name__}"
            return
        if sum(part is not None for part in (each.prompt, each.begin, each.question)) != 1:
            yield f"{said}: ask must give one of prompt, begin and question"
            return
    if any(each.begin is not None for each in asked):
        if config.backend.name == "server":
            yield f"{said}: backend=server goes on with no text that is begun; take backend=transformers or vllm"
        if config.model.chat_template == PLAIN:
            yield f"{said}: model.chat_template=plain has no user's turn to go on with; take a chat model"


def _asked(config: Config, source: Source, number: int, pool: Sequence[str] = ()) -> Asked | None:
    return source.ask(turn_of(config, "trial", f"t{number}", number, lambda: pool))
