"""An estimate held against what a run then took."""

from collections.abc import Iterable, Mapping
from typing import Any


def accuracy(planned: Mapping[str, Any] | None, taken: Iterable[tuple[str, float]]) -> dict[str, Any] | None:
    """Estimated and used seconds per stage, and by which factor the sums differ (1: not at all); None without a plan.

    Stages that the plan or the run lacks are left out of both sums. `taken`: (stage, seconds) of finished stages.
    """
    if planned is None:
        return None
    expected = {row["stage"]: row["seconds"] for row in planned["stages"] if row["seconds"] is not None}
    stages = {
        stage: {"estimated_s": expected[stage], "used_s": used, "factor": factor(expected[stage], used)}
        for stage, used in taken
        if stage in expected
    }
    if not stages:
        return None
    estimated = sum(row["estimated_s"] for row in stages.values())
    used = sum(row["used_s"] for row in stages.values())
    return {
        "hardware": planned["hardware"]["name"],
        "estimated_s": round(estimated, 1),
        "used_s": round(used, 1),
        "plan_error_factor": factor(estimated, used),
        "stages": stages,
    }


def factor(estimated: float, used: float) -> float | None:
    """How many times the larger is the smaller; at least 1. None where one of them is nothing."""
    if estimated <= 0 or used <= 0:
        return None
    return round(max(estimated / used, used / estimated), 3)
