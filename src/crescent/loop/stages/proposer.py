"""Stage `proposer`: the model that asks learns to ask what the solver is unsure of.

R-Zero's challenger (Huang et al. 2025, arXiv 2508.05004) is rewarded for questions on which the solver's answers split;
here it is fine-tuned on those of its questions on which they did: the bait as the prompt, the question as the reply.
The solver, which answers and learns, is another model and stays apart.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from crescent.config.effects import settings
from crescent.config.schema import Config, Proposer, Training
from crescent.loop.stages.budget import BEYOND
from crescent.loop.stages.card import proposer_card
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import Lineage, ProposerFacts
from crescent.loop.stages.learning import learn, leave
from crescent.loop.stages.trained import MODEL
from crescent.records import Consensus, Drop, Proposed, Question
from crescent.runs import rows
from crescent.runs.atomic import publish
from crescent.runs.cards import origin
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage
from crescent.training.examples import Lesson
from crescent.training.fit import FINISHED
from crescent.voting.consensus import rational

VERSION = 1
FILE = "band.jsonl"
EMPTY = "no question was in the band"
"""The state of a stage that has nothing to learn from."""


def run(context: Context, number: int, start: ModelRef, questions: Manifest, answers: Manifest) -> Manifest:
    """Fine-tune the proposer `start` for round `number` on the `questions` of the round before, as `answers` has them.

    The result is `model/`, unless no question was in the band or the loss was no number: then `start` goes on asking.
    `band.jsonl` has what was learned from, `drops` the other questions.
    """
    config = context.config
    stage = context.run.stage(
        f"{round_folder(number)}/proposer",
        VERSION,
        decided(config),
        {"start": start.identity, **{m.spec.stage: m.outcome for m in (questions, answers)}},
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    asked = list(ShardFolder(context.run.path / questions.spec.stage / "accepted").stream(Question))
    votes = ShardFolder(context.run.path / answers.spec.stage / "consensus").stream(Consensus)
    inside, drops = split(asked, votes, _proposer(config))
    facts = _train(context, stage, number, start, inside, drops, answers)
    if context.is_main:
        shutil.rmtree(stage.scratch, ignore_errors=True)
        if facts.state != FINISHED:
            context.report.say(f"round {number}: {facts.state}, so the proposer stays what it was ({start.label})")
    return stage.finish(facts, facts.tokens)


def split(
    questions: Sequence[Question], votes: Iterable[Consensus], proposer: Proposer
) -> tuple[list[Proposed], list[Drop]]:
    """The questions whose agreement is in the band, both ends included, and the others with their reasons."""
    outcomes = {row.question: row for row in votes}
    inside, drops = [], []
    for question in questions:
        outcome = outcomes[question.id]
        if (reason := _reason(outcome, proposer)) is not None:
            drops.append(Drop(id=question.id, text=question.text, reason=reason))
        else:
            inside.append(Proposed(id=question.id, question=question.text, agreement=outcome.agreement))
    return inside, drops


def _reason(outcome: Consensus, proposer: Proposer) -> str | None:
    """Why nothing is learned from a question; None where its agreement is in the band."""
    if outcome.reason == BEYOND:
        return BEYOND
    agreement = rational(outcome.agreement)
    if proposer.min_agreement is not None and agreement < rational(proposer.min_agreement):
        return "below-band"
    if proposer.max_agreement is not None and agreement > rational(proposer.max_agreement):
        return "above-band"
    return None


def decided(config: Config) -> dict[str, Any]:
    """The settings that decide what a proposer learns: its own, the bait, and of `training` what it has none of."""
    own, found = asdict(_proposer(config)), settings(config, "proposer", "training")
    replaced = {"start_from", "epochs", "steps", *(["learning_rate"] if own["learning_rate"] is not None else [])}
    return {
        "seed": config.seed,
        "questions": {"bait": config.questions.bait, "proposer": own},
        "training": {key: value for key, value in found["training"].items() if key not in replaced},
    }


def _train(
    context: Context,
    stage: Stage,
    number: int,
    start: ModelRef,
    inside: list[Proposed],
    drops: list[Drop],
    answers: Manifest,
) -> ProposerFacts:
    """Train on what is in the band, if anything is, and leave the model and the rows."""
    config, lineage = context.config, _lineage(context, start, answers)
    if not inside:
        if context.is_main:
            _leave_rows(stage, [], drops)
        return _facts(lineage, [], drops)
    with stage.work():
        lessons = [Lesson(config.questions.bait, row.question) for row in inside]
        result, model = learn(context, stage, start, lessons, training_of(config), path=lineage.path)
        dropped = [(inside[place], reason) for place, reason in sorted(result.dropped.items())]
        drops = [*drops, *(Drop(id=row.id, text=row.question, reason=reason) for row, reason in dropped)]
        left = [row for place, row in enumerate(inside) if place not in result.dropped]
        facts = _facts(
            lineage,
            left,
            drops,
            epochs=result.epochs,
            steps=result.steps,
            tokens=result.tokens,
            question_tokens=result.solution_tokens,
            losses=[(step, round(loss, 6)) for step, loss in enumerate(result.losses, start=1)],
            state=result.state,
        )
        if context.is_main:
            _leave_rows(stage, left, drops)
        leave(context, stage, start, result, model, proposer_card(config, number, facts))
    return facts


def training_of(config: Config) -> Training:
    """How a proposer is trained: as `training` says, in as many steps as `questions.proposer` does."""
    own = _proposer(config)
    rate = config.training.learning_rate if own.learning_rate is None else own.learning_rate
    lora = replace(config.training.lora, keep_adapter=False)
    return replace(config.training, epochs=own.epochs, steps=own.steps, learning_rate=rate, lora=lora)


def _leave_rows(stage: Stage, left: list[Proposed], drops: list[Drop]) -> None:
    publish(stage.path / FILE, rows.to_lines(left))
    stage.shards("drops").write(0, drops)


def _facts(lineage: Lineage, left: list[Proposed], drops: list[Drop], **trained: Any) -> ProposerFacts:
    nothing: dict[str, Any] = {"epochs": 0, "steps": 0, "tokens": 0, "question_tokens": 0, "losses": [], "state": EMPTY}
    return ProposerFacts(
        questions=len(left) + len(drops),
        learned=len(left),
        drops=dict(sorted(Counter(drop.reason for drop in drops).items())),
        mean_agreement=round(sum(row.agreement for row in left) / len(left), 6) if left else None,
        lineage=lineage,
        **(nothing | trained),
    )


def _lineage(context: Context, start: ModelRef, answers: Manifest) -> Lineage:
    """Which proposer the training started from, and the votes that chose its questions."""
    section = context.settings(start)
    model, hub = origin(section)
    return Lineage(
        model=model,
        hub=hub,
        path=f"{start.label}/{MODEL}" if start.asks else section.path,
        start=start.label,
        start_identity=start.identity,
        data=answers.spec.stage,
        data_outcome=answers.outcome,
    )


def _proposer(config: Config) -> Proposer:
    """The section, which a run that has this stage has."""
    return config.questions.proposer or Proposer()
