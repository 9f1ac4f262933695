"""What a run tells a sweeper that learns from its runs."""

from pathlib import Path

from crescent.run.folder import read_json


def dev_best(folder: Path) -> float | None:
    """Dev accuracy of the model that the run in `folder` ended with: the objective. None where there is none."""
    summary = read_json(folder / "summary.json")
    if summary is None:
        return None
    best, task = summary["best_round"], summary["dev_task"]
    measured = [summary["base"], *summary["rounds"]]
    for part in measured:
        if part is not None and part.get("round", 0) == best and task in part.get("evaluation", {}):
            return float(part["evaluation"][task]["value"])
    return None
