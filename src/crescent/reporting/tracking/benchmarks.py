"""Benchmark figures of one model with their intervals, and what the gate made of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crescent.config.schema import Config
from crescent.errors import CrescentError
from crescent.evaluation.comparison import compare
from crescent.evaluation.results import TaskResult
from crescent.loop.stages.facts import EvaluationFacts
from crescent.reporting.tracking.numbers import numbers
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.shards import ShardFolder

BASE = "base/evaluation"


def benchmark(run: Path, config: Config, manifest: Manifest, number: int) -> dict[str, float]:
    """`benchmark/TASK` with `/low` and `/high`, and `gain/TASK` over the base model with its paired interval.

    The guard task is there as `guard/accuracy` too, and the dev task as `dev/accuracy`, whatever their names; that of
    the base model also as `dev/best`.
    """
    values = {"round": float(number)}
    scores = facts_of(manifest, EvaluationFacts).tasks
    for task, score in scores.items():
        name = f"benchmark/{task}"
        ends = {f"{name}/low": score.low, f"{name}/high": score.high}
        values |= {name: score.value, f"{name}/n": float(score.n)}
        values |= {end: value for end, value in ends.items() if value is not None}
    if (guard := config.evaluation.guard_task) is not None and guard in scores:
        values["guard/accuracy"] = scores[guard].value
    if config.evaluation.dev_task in scores:
        values["dev/accuracy"] = scores[config.evaluation.dev_task].value
        if manifest.spec.stage == BASE:
            values["dev/best"] = values["dev/accuracy"]
    if manifest.spec.stage != BASE:
        values |= _gains(run, manifest.spec.stage)
    return values


def verdict(gate: Mapping[str, Any], number: int) -> dict[str, float]:
    """The gate of a round. `dev/best`: dev accuracy of the model that the run goes on with.

    `replies/...` are figures of its replies to the dev task, `gate/alarms` counts the warnings about them.
    """
    values = {"round": float(number), "gate/accepted": float(gate["accepted"]), "gate/best_round": gate["best_round"]}
    values["gate/alarms"] = float(len(gate.get("alarms", ())))
    values |= numbers(gate.get("replies") or {}, "replies")
    best = gate["dev"] if gate["best_round"] == number else gate["best_before"]
    return values if best is None else {**values, "dev/best": best}


def _gains(run: Path, stage: str) -> dict[str, float]:
    now, base = _results(run / stage), _results(run / BASE)
    values: dict[str, float] = {}
    for task in now.keys() & base.keys():
        try:
            found = compare(now[task].items, base[task].items)
        except CrescentError:
            continue  # the two cannot be compared, as the report says in words
        values |= {f"gain/{task}": found["difference"]}
        values |= {f"gain/{task}/{end}": found[end] for end in ("low", "high") if found[end] is not None}
    return dict(sorted(values.items()))


def _results(stage: Path) -> dict[str, TaskResult]:
    return {result.task: result for result in ShardFolder(stage / "results").stream(TaskResult)}
