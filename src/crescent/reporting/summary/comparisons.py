"""What each round changed: its items against those of the base model and of the round before, task by task."""

from collections.abc import Sequence
from typing import Any

from crescent.evaluation.comparison import compare, flipped
from crescent.evaluation.results import Drawn, Sampled, TaskResult
from crescent.loop.stages import draws
from crescent.loop.stages.context import Context
from crescent.loop.stages.evaluation import items
from crescent.loop.stages.facts import DrawnTask, DrawsFacts, EvaluationFacts, SamplesFacts
from crescent.loop.stages.samples import judged, solved
from crescent.reporting.report.gathered import (
    AtK,
    Comparison,
    Difference,
    DrawnAgainst,
    DrawnScore,
    Flips,
    Sampling,
    Score,
    extended,
)
from crescent.reporting.summary.examples import evenly
from crescent.runs.manifest import Manifest, facts_of
from crescent.statistics import holm, paired_difference
from crescent.voting.calibration import powers

FLIPS = 3
"""Newly right and newly wrong problems that the report shows of each task; all items are in the run folder."""


class Comparisons:
    """Compares round after round; remembers what the next one is compared with."""

    def __init__(
        self, context: Context, base: Manifest | None, samples: Manifest | None, drawn: Manifest | None = None
    ) -> None:
        self._context = context
        self._base = self._previous = items(context, base) if base else {}
        self._base_samples = judged(context, samples) if samples else []
        self._base_drawn = draws.rows_of(context, drawn) if drawn else {}

    def evaluation(self, measured: Manifest) -> dict[str, Score]:
        """The scores of a round, each task with its `against_base` and `against_previous`.

        `holm_p` is McNemar's p adjusted for the number of tasks that are reported; the dev task has none, since the
        rounds were chosen by it.
        """
        now = items(self._context, measured)
        scores = facts_of(measured, EvaluationFacts).tasks
        shown = self._previous is not self._base
        base = {task: self._compare(now[task], self._base[task], True) for task in scores if task in self._base}
        before = {t: self._compare(now[t], self._previous[t], shown) for t in scores if t in self._previous}
        for comparisons in (base, before):
            _adjust([comparisons[t] for t in self._context.config.evaluation.tasks if t in comparisons])
        self._previous = now
        return {
            task: extended(Score, score, against_base=base.get(task), against_previous=before.get(task))
            for task, score in scores.items()
        }

    def samples(self, drawn: Manifest) -> Sampling:
        """What a round's samples say, with the paired difference to the base model's at every k."""
        facts = facts_of(drawn, SamplesFacts)
        before = {row.id: row for row in self._base_samples}
        rows = [row for row in judged(self._context, drawn) if row.id in before]
        if not rows:
            return extended(Sampling, facts)
        earlier, ks = [before[row.id] for row in rows], powers(facts.samples)
        against = AtK(
            pass_at_k={str(k): _difference(solved(rows, k), solved(earlier, k)) for k in ks},
            majority_at_k={str(k): _difference(_majorities(rows, k), _majorities(earlier, k)) for k in ks},
        )
        return extended(Sampling, facts, against_base=against)

    def draws(self, drawn: Manifest) -> dict[str, DrawnScore]:
        """What was sampled of benchmarks, with the paired differences to the base model's."""
        facts, now = facts_of(drawn, DrawsFacts).tasks, draws.rows_of(self._context, drawn)
        return {task: self._drawn(found, now[task], self._base_drawn.get(task, [])) for task, found in facts.items()}

    def _drawn(self, facts: DrawnTask, now: Sequence[Drawn], base: Sequence[Drawn]) -> DrawnScore:
        top, averages = str(facts.samples), [row.share for row in now]
        vote = _difference(_majorities(now, facts.samples), averages)
        before = {row.id: row for row in base}
        if before.keys() != {row.id for row in now}:
            return extended(DrawnScore, facts, vote=vote)
        earlier = [before[row.id] for row in now]
        against = DrawnAgainst(
            average=_difference(averages, [row.share for row in earlier]),
            over_vote=_difference(averages, [row.majority[top] for row in earlier]),
            pass_at_k={
                k: _difference(draws.solved(now, int(k)), draws.solved(earlier, int(k))) for k in facts.pass_at_k
            },
            majority_at_k={
                k: _difference(_majorities(now, int(k)), _majorities(earlier, int(k))) for k in facts.majority_at_k
            },
        )
        return extended(DrawnScore, facts, vote=vote, against_base=against)

    def _compare(self, now: TaskResult, before: TaskResult, with_flips: bool) -> Comparison:
        found = Comparison(**{key: _rounded(value) for key, value in compare(now.items, before.items).items()})
        if with_flips:
            right, wrong = flipped(now.items, before.items)
            found.flips = Flips(newly_right=evenly(right, FLIPS), newly_wrong=evenly(wrong, FLIPS))
        return found


def _difference(now: Sequence[float], before: Sequence[float]) -> Difference:
    found = paired_difference(now, before)
    return Difference(difference=round(found.mean, 6), low=_rounded(found.low), high=_rounded(found.high))


def _rounded(value: Any) -> Any:
    return None if value is None else round(value, 6)


def _adjust(comparisons: Sequence[Comparison]) -> None:
    """Put `holm_p` beside McNemar's p of every task."""
    adjusted = holm([found.mcnemar_p for found in comparisons])
    for found, p in zip(comparisons, adjusted, strict=True):
        found.holm_p = round(p, 6)


def _majorities(rows: Sequence[Sampled] | Sequence[Drawn], k: int) -> list[float]:
    return [row.majority[str(k)] for row in rows]
