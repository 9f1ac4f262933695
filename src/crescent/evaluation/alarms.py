"""Alarms on what a model writes: replies that are cut, grow, shrink or repeat. They warn, and decide nothing."""

from collections.abc import Iterable, Iterator, Sequence

from crescent.config.schema import Alarms
from crescent.evaluation.results import Item
from crescent.records import Completion, Row

WORDS = 4
HALF = 0.5


class Replies(Row):
    """The replies of a model to one benchmark: how many, and their mean length in tokens.

    `cut` is the share of those that ended at the token limit, None where the backend does not say. `repeat` is the
    share of those that repeat themselves.
    """

    count: int
    mean_tokens: float
    cut: float | None
    repeat: float


def replies(items: Sequence[Item], completions: Iterable[Completion]) -> Replies | None:
    """What the items of a benchmark say of the replies; None where nothing was written but choices.

    `completions`: the texts as they were written, each by the id of its item; an output that a stop string has ended
    before the limit is not cut.
    """
    written = [item for item in items if item.tokens is not None]
    if not written:
        return None
    texts = {row.request: row for row in completions}
    found = [(item, texts[item.id]) for item in written if item.id in texts]
    cut = [row.stop == "length" and row.text.endswith(item.output) for item, row in found]
    return Replies(
        count=len(written),
        mean_tokens=sum(item.tokens or 0 for item in written) / len(written),
        cut=sum(cut) / len(cut) if cut else None,
        repeat=sum(repeats(item.output) for item in written) / len(written),
    )


def repeats(text: str) -> bool:
    """Whether most runs of four words in a text have been there before: seq-rep-4 above one half.

    seq-rep-n = 1 - different n-grams / n-grams (Welleck et al., Neural Text Generation with Unlikelihood Training,
    2020, section 6.1).
    """
    words = text.split()
    runs = [tuple(words[start : start + WORDS]) for start in range(len(words) - WORDS + 1)]
    return bool(runs) and 1 - len(set(runs)) / len(runs) > HALF


def alarms(now: Replies | None, base: Replies | None, config: Alarms) -> list[str]:
    """The warnings about a round's replies, in sentences; none where nothing was written."""
    return [] if now is None else list(_alarms(now, base, config))


def _alarms(now: Replies, base: Replies | None, config: Alarms) -> Iterator[str]:
    if base is not None:
        lengths = f"{now.mean_tokens:.0f} tokens on average, {base.mean_tokens:.0f} of the base model"
        if config.grow is not None and now.mean_tokens > config.grow * base.mean_tokens:
            yield f"Replies grow: {lengths} (evaluation.alarms.grow is {config.grow:g})."
        if config.shrink is not None and now.mean_tokens < config.shrink * base.mean_tokens:
            yield f"Replies shrink: {lengths} (evaluation.alarms.shrink is {config.shrink:g})."
    for key, what, limit in (
        ("cut", "are cut at the token limit", config.cut),
        ("repeat", "repeat themselves", config.repeat),
    ):
        share, before = getattr(now, key), getattr(base, key, None) or 0.0
        if share is not None and limit is not None and share - before > limit:
            against = f", {before:.1%} of the base model's" if base is not None else ""
            yield f"{share:.1%} of the replies {what}{against} (evaluation.alarms.{key} is {limit:g})."
