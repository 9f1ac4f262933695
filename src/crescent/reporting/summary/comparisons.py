"""What each round changed: its items against those of the base model and of the round before, task by task."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crescent.evaluation.comparison import Flip, compare, flipped
from crescent.evaluation.results import Sampled, TaskResult
from crescent.loop.stages.context import Context
from crescent.loop.stages.evaluation import items
from crescent.loop.stages.facts import EvaluationFacts, SamplesFacts
from crescent.loop.stages.samples import judged, powers, solved
from crescent.reporting.summary.examples import spread
from crescent.run.manifest import Manifest, facts_of
from crescent.statistics import holm, paired_difference

FLIPS = 3
"""Newly right and newly wrong problems that the report shows of each task; all items are in the run folder."""
KINDS = ("against_base", "against_previous")


class Comparisons:
    """Compares round after round; remembers what the next one is compared with."""

    def __init__(self, context: Context, base: Manifest | None, samples: Manifest | None) -> None:
        self._context = context
        self._base = self._previous = items(context, base) if base else {}
        self._base_samples = judged(context, samples) if samples else []

    def evaluation(self, measured: Manifest) -> dict[str, Any]:
        """The facts of a round's evaluation, each task with its `against_base` and `against_previous`.

        `holm_p` is McNemar's p adjusted for the number of tasks that are reported; the dev task has none, since the
        rounds were chosen by it.
        """
        now = items(self._context, measured)
        found = {task: msgspec.to_builtins(score) for task, score in facts_of(measured, EvaluationFacts).tasks.items()}
        for task, facts in found.items():
            for kind, before in zip(KINDS, (self._base, self._previous), strict=True):
                if task in before:
                    shown = kind == "against_base" or self._previous is not self._base
                    facts[kind] = self._compare(now[task], before[task], shown)
        for kind in KINDS:
            tasks = [task for task in self._context.config.evaluation.tasks if kind in found.get(task, {})]
            _adjust([found[task][kind] for task in tasks])
        self._previous = now
        return found

    def samples(self, drawn: Manifest) -> dict[str, Any]:
        """The facts of a round's samples; `against_base` has the paired difference at every k."""
        found: dict[str, Any] = msgspec.to_builtins(facts_of(drawn, SamplesFacts))
        before = {row.id: row for row in self._base_samples}
        rows = [row for row in judged(self._context, drawn) if row.id in before]
        if rows:
            earlier = [before[row.id] for row in rows]
            found["against_base"] = {
                "pass_at_k": {
                    str(k): _difference(solved(rows, k), solved(earlier, k)) for k in powers(found["samples"])
                },
                "majority_at_k": {
                    str(k): _difference(_majorities(rows, k), _majorities(earlier, k)) for k in powers(found["samples"])
                },
            }
        return found

    def _compare(self, now: TaskResult, before: TaskResult, with_flips: bool) -> dict[str, Any]:
        found: dict[str, Any] = {key: _rounded(value) for key, value in compare(now.items, before.items).items()}
        if with_flips:
            right, wrong = flipped(now.items, before.items)
            found["flips"] = {"newly_right": _shown(right), "newly_wrong": _shown(wrong)}
        return found


def _difference(now: Sequence[float], before: Sequence[float]) -> dict[str, Any]:
    found = paired_difference(now, before)
    return {"difference": _rounded(found.mean), "low": _rounded(found.low), "high": _rounded(found.high)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _adjust(comparisons: Sequence[dict[str, Any]]) -> None:
    """Put `holm_p` beside McNemar's p of every task."""
    adjusted = holm([found["mcnemar_p"] for found in comparisons])
    for found, p in zip(comparisons, adjusted, strict=True):
        found["holm_p"] = round(p, 6)


def _majorities(rows: Sequence[Sampled], k: int) -> list[float]:
    return [row.majority[str(k)] for row in rows]


def _shown(flips: Sequence[Flip]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(flip) for flip in spread(flips, FLIPS)]
