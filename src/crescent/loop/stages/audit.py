"""Stage `audit`: what the labels of a round are worth, on questions whose true answers are known (`audit.data`).

The model that answers the round's own questions answers these in the same way and they are voted on by the same rules,
so the accuracy is that of the labels the round learns from, as far as the questions are alike. Nothing reads it but the
report: no prompt, vote, training or gate.
"""

from collections.abc import Sequence

from crescent.config.effects import settings
from crescent.config.schema import Voting
from crescent.config.slots import code_of
from crescent.evaluation.labelled import Truth, data_file
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import AnswersFacts, AuditFacts, Share
from crescent.loop.stages.labelled import NAME, labelled
from crescent.loop.stages.rows import solution_passes
from crescent.loop.stages.solving import solve
from crescent.loop.stages.voters import other_voters
from crescent.records import Consensus, Solution
from crescent.runs.atomic import file_digest
from crescent.runs.manifest import Manifest
from crescent.statistics import mean_score
from crescent.voting.labels.label import label_of
from crescent.voting.truth import Judge

VERSION = 1


def run(context: Context, name: str, model: ModelRef) -> Manifest:
    """Write `NAME/audit`: the questions (`asked`), their answers (`truth`), solutions and votes as `answers` has them.

    `audit.data` is not null here. `model` is the one that answers in the round `name`. `voting.max_tokens` is for what
    a round learns from, and does not count here.
    """
    config = context.config
    file, (questions, truths) = data_file(config.audit.data), labelled(config)
    others = other_voters(context, name, label_of(config).needs(), model)
    stage = context.run.stage(
        f"{name}/audit",
        VERSION,
        settings(config, "audit", "answers", "labels"),
        {
            "model": model.identity,
            NAME: file_digest(file),
            **{f"voter {place}": ref.identity for place, ref in enumerate(others, start=1)},
            **code_of(config, "backend.own", "label"),
        },
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    if context.is_main:
        stage.shards("asked").write(0, questions)
        stage.shards("truth").write(0, truths)
    voted = solve(context, stage, questions, [model, *others], f"{name} audit")
    if voted is None:
        return stage.finish(None)
    with stage.work():
        outcomes = list(stage.shards("consensus").stream(Consensus))
        drawn = [row for rows in solution_passes(stage.path) for row in rows]
        facts = figures(file.name, voted, truths, outcomes, drawn, config.voting)
    context.report.say(f"{name} labels on {file.name}: {_words(facts)}")
    return stage.finish(facts, facts.tokens)


def figures(
    data: str,
    voted: AnswersFacts,
    truths: Sequence[Truth],
    outcomes: Sequence[Consensus],
    drawn: Sequence[Solution],
    voting: Voting,
) -> AuditFacts:
    """The facts of the vote with what is right of it; intervals are over questions."""
    known, judge = {row.question: row.answer for row in truths}, Judge(voting)
    labels = [judge.right(row.answer, known[row.question]) for row in outcomes if row.reason is None]
    compared = min(row.samples for row in outcomes)
    right: dict[str, list[bool]] = {}
    for row in drawn:
        if row.sample < compared:
            right.setdefault(row.question, []).append(judge.right(row.answer, known[row.question]))
    return AuditFacts(
        **{name: getattr(voted, name) for name in AnswersFacts.__struct_fields__},
        data=data,
        labels=_share(labels) if labels else None,
        single_sample=_share([sum(each) / len(each) for each in right.values()]),
    )


def _share(values: Sequence[float]) -> Share:
    found = mean_score(values)
    return Share(value=found.mean, low=found.low, high=found.high)


def _words(facts: AuditFacts) -> str:
    if facts.labels is None:
        return f"none of {facts.questions:,} questions was accepted"
    ends = f" ({facts.labels.low:.1%} to {facts.labels.high:.1%})" if facts.labels.low is not None else ""
    of = f"{facts.accepted:,} accepted answers to {facts.questions:,} questions"
    return f"{facts.labels.value:.1%}{ends} of {of} are right"
