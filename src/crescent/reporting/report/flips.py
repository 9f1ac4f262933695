"""The comparisons of a round that come with problems whose outcome changed."""

from dataclasses import dataclass

from crescent.reporting.report.gathered import Comparison, Flips
from crescent.reporting.report.summary import Round, Summary


@dataclass(frozen=True)
class Changed:
    """One task against one model: all problems that changed, counted, and some of them."""

    task: str
    before: str
    newly_right: int
    newly_wrong: int
    flips: Flips


def flipped(run: Summary, part: Round) -> list[Changed]:
    """What changed in a round, the main task first, each task against the base model and then the round before."""
    tasks = sorted(
        (task for task in run.measured_tasks() if task in part.evaluation), key=lambda t: t != run.primary_task
    )
    found = []
    for task in tasks:
        score = part.evaluation[task]
        for before, change in (("base", score.against_base), ("the round before", score.against_previous)):
            if change is not None and change.flips is not None and _any(change.flips):
                found.append(_changed(task, before, change, change.flips))
    return found


def _any(flips: Flips) -> bool:
    return bool(flips.newly_right or flips.newly_wrong)


def _changed(task: str, before: str, change: Comparison, flips: Flips) -> Changed:
    return Changed(task, before, change.newly_right, change.newly_wrong, flips)
