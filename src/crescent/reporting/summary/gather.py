"""`summary.json`: every figure of the report, gathered from the manifests and rows of the run folder."""

import resource
from dataclasses import asdict

import msgspec

from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import (
    AnswersFacts,
    AuditFacts,
    DatasetFacts,
    ProposerFacts,
    QuestionsFacts,
    ReplayFacts,
    TrainingFacts,
)
from crescent.loop.stages.gate import verdict_of
from crescent.plan.estimate import FILE, accuracy
from crescent.records import WaveCount
from crescent.reporting.completed import REPORT, SUMMARY
from crescent.reporting.report.gathered import Answers, Questions, extended
from crescent.reporting.report.summary import Cost, Measured, Planned, Round, Summary
from crescent.reporting.summary.audit import audit
from crescent.reporting.summary.comparisons import Comparisons
from crescent.reporting.summary.examples import drop_samples, question_samples
from crescent.runs import provenance
from crescent.runs.folder import environment, read_json, write_json
from crescent.runs.manifest import MANIFEST, F, Manifest, facts_of, read_sealed
from crescent.runs.names import round_folder
from crescent.runs.shards import ShardFolder

MEASURED = ("evaluation", "samples", "draws")
"""The stages that say what a model is worth."""


def conclude(context: Context, note: str | None, stopped: bool) -> Summary:
    """Write `summary.json` and `report.html` and return the summary. `note` says why a run ended early."""
    from crescent.reporting.report.page import write

    summary = gather(context, note, stopped)
    write_json(context.run.path / SUMMARY, msgspec.to_builtins(summary))
    write(summary, context.run.path / REPORT)
    return summary


def gather(context: Context, note: str | None, stopped: bool) -> Summary:
    """The summary of what the run folder holds now."""
    config = context.config
    numbers = [n for n in range(1, config.rounds + 1) if (context.run.path / round_folder(n)).is_dir()]
    base, sampled, drawn = (_manifest(context, f"base/{part}") for part in MEASURED)
    rounds = _Rounds(context, Comparisons(context, base, sampled, drawn))
    listed = [rounds.gather(number) for number in numbers]
    verdicts = [part.gate for part in listed if part.gate is not None]
    manifests = list(context.run.manifests())
    cost = [_cost(context, manifest) for manifest in manifests]
    # What was taken over was expected to be made: it says nothing of how good the expectation is.
    taken = [(entry.stage, entry.seconds) for entry in cost if not entry.taken_over]
    planned = accuracy(read_json(context.run.path / FILE), taken)
    return Summary(
        name=config.name,
        seed=config.seed,
        state="stopped" if stopped else "complete",
        note=note,
        config=asdict(config),
        provenance=[*provenance.data(config, len(listed)), *provenance.training(config, len(listed))],
        environment=environment(),
        tasks=list(config.evaluation.tasks),
        dev_task=config.evaluation.dev_task,
        primary_task=config.evaluation.tasks[0] if config.evaluation.tasks else config.evaluation.dev_task,
        base=_measured(Comparisons(context, None, None), base, sampled, drawn),
        teacher=_measured(Comparisons(context, base, None), _manifest(context, "teacher/evaluation"), None),
        rounds=listed,
        best_round=verdicts[-1].best_round if verdicts else 0,
        cost=cost,
        plan=None if planned is None else msgspec.convert(planned, Planned),
        wall_s=round(sum(m.seconds for m in manifests), 3),
        peak_gb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    )


def _cost(context: Context, manifest: Manifest) -> Cost:
    given = context.run.events.taken_over(manifest.spec.stage) is not None
    return Cost(stage=manifest.spec.stage, seconds=manifest.seconds, tokens=manifest.tokens, taken_over=given)


def _measured(
    comparisons: Comparisons, measured: Manifest | None, sampled: Manifest | None, drawn: Manifest | None = None
) -> Measured:
    """A model outside the rounds, compared with the one before training at most: no model comes before it."""
    scores = comparisons.evaluation(measured) if measured else {}
    for score in scores.values():
        score.against_previous = None
    return Measured(
        evaluation=scores,
        sampling=comparisons.samples(sampled) if sampled else None,
        draws=comparisons.draws(drawn) if drawn else {},
    )


class _Rounds:
    """Gathers round after round."""

    def __init__(self, context: Context, comparisons: Comparisons) -> None:
        self.context = context
        self.comparisons = comparisons
        self.best = "base"

    def gather(self, number: int) -> Round:
        """All that is known of one round; parts that were never reached are None."""
        name = round_folder(number)
        measured, sampled, drawn = (_manifest(self.context, f"{name}/{part}") for part in MEASURED)
        answers = self._answers(number)
        found = Round(
            round=number,
            started_from=self.best,
            proposer=_facts(self.context, f"{name}/proposer", ProposerFacts),
            questions=self._questions(number),
            answers=answers,
            audit=_facts(self.context, f"{name}/audit", AuditFacts),
            dataset=_facts(self.context, f"{name}/dataset", DatasetFacts),
            replay=_facts(self.context, f"{name}/replay", ReplayFacts),
            training=_facts(self.context, f"{name}/training", TrainingFacts),
            evaluation=self.comparisons.evaluation(measured) if measured else {},
            sampling=self.comparisons.samples(sampled) if sampled else None,
            draws=self.comparisons.draws(drawn) if drawn else {},
            gate=verdict_of(self.context, number),
            samples=question_samples(self.context, number) if answers else [],
        )
        # In a distillation the teacher writes, and what is trained is always the student.
        if found.gate is not None and found.gate.best_round == number and self.context.student is None:
            self.best = name
        return found

    def _questions(self, number: int) -> Questions | None:
        name = f"{round_folder(number)}/questions"
        facts = _facts(self.context, name, QuestionsFacts)
        if facts is None:
            return None
        waves = list(ShardFolder(self.context.run.path / name / "waves").stream(WaveCount))
        return extended(Questions, facts, waves=waves, drop_samples=drop_samples(self.context, number))

    def _answers(self, number: int) -> Answers | None:
        facts = _facts(self.context, f"{round_folder(number)}/answers", AnswersFacts)
        if facts is None:
            return None
        agreement, audited = audit(self.context, number)
        return extended(Answers, facts, agreement=agreement, audit=audited)


def _facts(context: Context, name: str, kind: type[F]) -> F | None:
    manifest = _manifest(context, name)
    return None if manifest is None else facts_of(manifest, kind)


def _manifest(context: Context, name: str) -> Manifest | None:
    return read_sealed(context.run.path / name / MANIFEST, Manifest)
