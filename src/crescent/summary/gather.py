"""`summary.json`: every figure of the report, gathered from the manifests and rows of the run folder."""

import resource
from dataclasses import asdict
from typing import Any

import msgspec

from crescent.completed import REPORT, SUMMARY
from crescent.evaluation.comparison import compare
from crescent.evaluation.results import TaskResult
from crescent.records import WaveCount
from crescent.run.folder import environment, write_json
from crescent.run.manifest import MANIFEST, Manifest, read_sealed
from crescent.run.shards import ShardFolder
from crescent.stages.benchmark import items
from crescent.stages.context import Context
from crescent.stages.gate import verdict_of
from crescent.summary.audit import audit
from crescent.summary.examples import drop_samples, question_samples


def conclude(context: Context, note: str | None, stopped: bool) -> dict[str, Any]:
    """Write `summary.json` and `report.html` and return the summary. `note` says why a run ended early."""
    from crescent.report.page import write

    summary = gather(context, note, stopped)
    write_json(context.run.path / SUMMARY, summary)
    write(summary, context.run.path / REPORT)
    return summary


def gather(context: Context, note: str | None, stopped: bool) -> dict[str, Any]:
    """The summary of what the run folder holds now."""
    config = context.config
    numbers = [n for n in range(1, config.rounds + 1) if (context.run.path / f"round-{n:02d}").is_dir()]
    rounds = _Rounds(context)
    base = _manifest(context, "base/evaluation")
    listed = [rounds.gather(number) for number in numbers]
    verdicts = [part["gate"] for part in listed if "gate" in part]
    manifests = list(context.run.manifests())
    return {
        "name": config.name,
        "seed": config.seed,
        "state": "stopped" if stopped else "complete",
        "note": note,
        "config": asdict(config),
        "environment": environment(),
        "tasks": list(config.evaluation.tasks),
        "dev_task": config.evaluation.dev_task,
        "primary_task": config.evaluation.tasks[0] if config.evaluation.tasks else config.evaluation.dev_task,
        "base": {"evaluation": base.facts} if base else None,
        "rounds": listed,
        "best_round": verdicts[-1]["best_round"] if verdicts else 0,
        "cost": [{"stage": m.plan.stage, "seconds": m.seconds, "tokens": m.tokens} for m in manifests],
        "wall_s": round(sum(m.seconds for m in manifests), 3),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    }


class _Rounds:
    """Gathers round after round; remembers the items that the next round is compared with."""

    def __init__(self, context: Context) -> None:
        self.context = context
        base = _manifest(context, "base/evaluation")
        self.base = items(context, base) if base else {}
        self.previous = self.base
        self.best = "base"

    def gather(self, number: int) -> dict[str, Any]:
        """All that is known of one round; parts that were never reached are left out."""
        name = f"round-{number:02d}"
        found: dict[str, Any] = {"round": number, "started_from": self.best}
        parts = {
            part: _manifest(self.context, f"{name}/{part}") for part in ("questions", "answers", "dataset", "training")
        }
        for part, manifest in parts.items():
            if manifest is not None:
                found[part] = dict(manifest.facts)
        if "questions" in found:
            folder = self.context.run.path / name / "questions"
            waves = ShardFolder(folder / "waves").stream(WaveCount)
            found["questions"]["waves"] = [_wave(wave) for wave in waves]
            found["questions"]["drop_samples"] = drop_samples(self.context, number)
        if "answers" in found:
            found["answers"] |= audit(self.context, number)
            found["samples"] = question_samples(self.context, number)
        if "training" in found:
            found["training"]["dropped_too_long"] = found["training"]["dropped"].get("too-long", 0)
        measured = _manifest(self.context, f"{name}/evaluation")
        if measured is not None:
            found["evaluation"] = self._compared(measured)
        verdict = verdict_of(self.context, number)
        if verdict is not None:
            found["gate"] = verdict
            if verdict["best_round"] == number:
                self.best = name
        return found

    def _compared(self, measured: Manifest) -> dict[str, Any]:
        now = items(self.context, measured)
        found = {task: dict(facts) for task, facts in measured.facts.items()}
        for task, facts in found.items():
            for key, before in (("against_base", self.base), ("against_previous", self.previous)):
                if task in before:
                    facts[key] = self._compare(now[task], before[task])
        self.previous = now
        return found

    def _compare(self, now: TaskResult, before: TaskResult) -> dict[str, Any]:
        config = self.context.config
        found = compare(now.items, before.items, bootstrap=config.evaluation.bootstrap, seed=config.seed)
        return {key: round(value, 6) for key, value in found.items()}


def _wave(count: WaveCount) -> dict[str, Any]:
    return msgspec.to_builtins(count)  # type: ignore[no-any-return]


def _manifest(context: Context, name: str) -> Manifest | None:
    return read_sealed(context.run.path / name / MANIFEST, Manifest)
