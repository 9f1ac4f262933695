"""`summary.json`: every figure of the report, gathered from the manifests and rows of the run folder."""

import resource
from dataclasses import asdict
from typing import Any

import msgspec

from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import EvaluationFacts
from crescent.loop.stages.gate import verdict_of
from crescent.plan.estimate import FILE, accuracy
from crescent.records import WaveCount
from crescent.reporting.completed import REPORT, SUMMARY
from crescent.reporting.summary.audit import audit
from crescent.reporting.summary.comparisons import Comparisons
from crescent.reporting.summary.examples import drop_samples, question_samples
from crescent.run import provenance
from crescent.run.folder import environment, read_json, write_json
from crescent.run.manifest import MANIFEST, Manifest, facts_of, read_sealed
from crescent.run.names import round_folder
from crescent.run.shards import ShardFolder


def conclude(context: Context, note: str | None, stopped: bool) -> dict[str, Any]:
    """Write `summary.json` and `report.html` and return the summary. `note` says why a run ended early."""
    from crescent.reporting.report.page import write

    summary = gather(context, note, stopped)
    write_json(context.run.path / SUMMARY, summary)
    write(summary, context.run.path / REPORT)
    return summary


def gather(context: Context, note: str | None, stopped: bool) -> dict[str, Any]:
    """The summary of what the run folder holds now."""
    config = context.config
    numbers = [n for n in range(1, config.rounds + 1) if (context.run.path / round_folder(n)).is_dir()]
    base, sampled = (_manifest(context, f"base/{part}") for part in ("evaluation", "samples"))
    rounds = _Rounds(context, Comparisons(context, base, sampled))
    listed = [rounds.gather(number) for number in numbers]
    verdicts = [part["gate"] for part in listed if "gate" in part]
    manifests = list(context.run.manifests())
    return {
        "name": config.name,
        "seed": config.seed,
        "state": "stopped" if stopped else "complete",
        "note": note,
        "config": asdict(config),
        "provenance": [*provenance.data(config, len(listed)), *provenance.training(config, len(listed))],
        "environment": environment(),
        "tasks": list(config.evaluation.tasks),
        "dev_task": config.evaluation.dev_task,
        "primary_task": config.evaluation.tasks[0] if config.evaluation.tasks else config.evaluation.dev_task,
        "base": {
            "evaluation": msgspec.to_builtins(facts_of(base, EvaluationFacts).tasks),
            "sampling": sampled.facts if sampled else None,
        }
        if base
        else None,
        "teacher": _teacher(context, base),
        "rounds": listed,
        "best_round": verdicts[-1]["best_round"] if verdicts else 0,
        "cost": [{"stage": m.plan.stage, "seconds": m.seconds, "tokens": m.tokens} for m in manifests],
        "plan": accuracy(read_json(context.run.path / FILE), [(m.plan.stage, m.seconds) for m in manifests]),
        "wall_s": round(sum(m.seconds for m in manifests), 3),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    }


def _teacher(context: Context, base: Manifest | None) -> dict[str, Any] | None:
    """A distillation's teacher, compared with the student before training."""
    measured = _manifest(context, "teacher/evaluation")
    if measured is None:
        return None
    found = Comparisons(context, base, None).evaluation(measured)
    return {"evaluation": {task: {**facts, "against_previous": None} for task, facts in found.items()}}


class _Rounds:
    """Gathers round after round."""

    def __init__(self, context: Context, comparisons: Comparisons) -> None:
        self.context = context
        self.comparisons = comparisons
        self.best = "base"

    def gather(self, number: int) -> dict[str, Any]:
        """All that is known of one round; parts that were never reached are left out."""
        name = round_folder(number)
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
            found["evaluation"] = self.comparisons.evaluation(measured)
        sampled = _manifest(self.context, f"{name}/samples")
        if sampled is not None:
            found["sampling"] = self.comparisons.samples(sampled)
        verdict = verdict_of(self.context, number)
        if verdict is not None:
            found["gate"] = msgspec.to_builtins(verdict)
            # In a distillation the teacher writes, and what is trained is always the student.
            if verdict.best_round == number and self.context.student is None:
                self.best = name
        return found


def _wave(count: WaveCount) -> dict[str, Any]:
    return msgspec.to_builtins(count)  # type: ignore[no-any-return]


def _manifest(context: Context, name: str) -> Manifest | None:
    return read_sealed(context.run.path / name / MANIFEST, Manifest)
