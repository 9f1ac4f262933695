"""Two evaluations of one task, item by item."""

from collections.abc import Sequence
from typing import Any

from crescent.errors import DataError
from crescent.evaluation.results import Flip, Item
from crescent.statistics import flips, mcnemar, paired_difference


def compare(now: Sequence[Item], before: Sequence[Item]) -> dict[str, Any]:
    """The gain of `now` over `before`, items matched by id.

    Returns `difference` of the mean scores with the ends `low` and `high` of its 95 % paired interval, the flips
    `newly_right` and `newly_wrong`, and `mcnemar_p`. Raises DataError when the two were not measured on the same items.
    """
    pairs = _matched(now, before)
    scores = [item.score for item, _ in pairs], [item.score for _, item in pairs]
    newly_right, newly_wrong = flips([item.correct for item, _ in pairs], [item.correct for _, item in pairs])
    found = paired_difference(*scores)
    return {
        "difference": found.mean,
        "low": found.low,
        "high": found.high,
        "newly_right": newly_right,
        "newly_wrong": newly_wrong,
        "mcnemar_p": mcnemar(newly_right, newly_wrong),
    }


def flipped(now: Sequence[Item], before: Sequence[Item]) -> tuple[list[Flip], list[Flip]]:
    """(newly right, newly wrong), in the order of `now`. Raises DataError as `compare` does."""
    pairs = _matched(now, before)
    return [_flip(*pair) for pair in pairs if pair[0].correct and not pair[1].correct], [
        _flip(*pair) for pair in pairs if pair[1].correct and not pair[0].correct
    ]


def _flip(now: Item, before: Item) -> Flip:
    return Flip(id=now.id, question=now.question, target=now.target, output=now.output, output_before=before.output)


def _matched(now: Sequence[Item], before: Sequence[Item]) -> list[tuple[Item, Item]]:
    known = {item.id: item for item in before}
    ids = {item.id for item in now}
    if not ids or len(ids) != len(now) or len(known) != len(before):
        raise DataError("the items of an evaluation must be at least one and have different ids")
    for absent, where in ((sorted(ids - known.keys()), "second"), (sorted(known.keys() - ids), "first")):
        if absent:
            raise DataError(
                f"two evaluations cannot be compared: {len(absent)} items, such as {absent[0]}, are missing from the "
                f"{where}; evaluate both with the same data and the same limit"
            )
    for item in now:
        if item.target != known[item.id].target:
            raise DataError(
                f"two evaluations cannot be compared: item {item.id} has the target {item.target!r:.60} in one and "
                f"{known[item.id].target!r:.60} in the other; evaluate both on the same data"
            )
    return [(item, known[item.id]) for item in now]
