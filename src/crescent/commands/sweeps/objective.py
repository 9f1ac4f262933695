"""What a run tells a sweeper that learns from its runs."""

from pathlib import Path

from crescent.reporting.completed import summary_of


def dev_best(folder: Path) -> float | None:
    """Dev accuracy of the model that the run in `folder` ended with: the objective. None where there is none."""
    summary = summary_of(folder)
    if summary is None:
        return None
    models = {0: summary.base} | {part.round: part for part in summary.rounds}
    best = models.get(summary.best_round or 0)
    score = best.evaluation.get(summary.dev_task or "") if best else None
    return None if score is None else score.value
