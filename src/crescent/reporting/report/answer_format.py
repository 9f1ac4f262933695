"""How much of a gain is format: outputs in which the benchmark found an answer, apart from answers that are right."""

from collections.abc import Iterator
from dataclasses import dataclass

from crescent.reporting.report import numbers
from crescent.reporting.report.gathered import Score
from crescent.reporting.report.headline import kept_round
from crescent.reporting.report.summary import Summary


@dataclass(frozen=True)
class Line:
    """One model on one task. `found` is by the filter that counts, `others` by the task's other filters."""

    name: str
    score: Score
    found: float | None
    right_where_found: float | None
    others: dict[str, float]


def tasks(run: Summary) -> Iterator[tuple[str, list[Line]]]:
    """Every task whose outputs were generated, with a line per model."""
    for task in run.measured_tasks():
        lines = [_line(name, score) for name, score in run.scores(task)]
        if any(line.score.mean_tokens is not None for line in lines):
            yield task, lines


def sentence(run: Summary) -> str | None:
    """How much of the kept round's gain on the main task format alone would explain; None where nothing is known.

    Had outputs in which an answer was found stayed as often right as before, the score would have moved by the change
    in found answers alone.
    """
    found = dict(tasks(run)).get(run.primary_task or "", [])
    kept = kept_round(run)
    by_name = {line.name: line for line in found}
    before, after = by_name.get("base"), by_name.get(f"round {kept}")
    if before is None or before.found is None or before.right_where_found is None:
        return None
    if after is None or after.found is None:
        return None
    gain = after.score.value - before.score.value
    by_format = (after.found - before.found) * before.right_where_found
    return (
        f"On {run.primary_task} an answer was found in {numbers.percent(before.found)} of the base model’s outputs and "
        f"in {numbers.percent(after.found)} after {after.name}. Of the {numbers.difference(gain, True)} points between "
        f"them, format alone would explain {numbers.difference(by_format, True)}.{_lengths(before.score, after.score)}"
    )


def _lengths(before: Score, after: Score) -> str:
    if before.mean_tokens is None or after.mean_tokens is None:
        return ""
    return f" Outputs went from {numbers.fixed(before.mean_tokens)} to {numbers.fixed(after.mean_tokens)} tokens each."


def _line(name: str, score: Score) -> Line:
    filter_name = score.metric.partition(",")[2]
    found = score.answered.get(filter_name)
    return Line(
        name=name,
        score=score,
        found=found,
        right_where_found=numbers.ratio(score.value, found),
        others={key: value for key, value in score.answered.items() if key != filter_name},
    )
