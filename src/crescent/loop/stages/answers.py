"""Stage `answers`: K solutions of every accepted question, the answer read from each, and the vote (`solving.py`)."""

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import QuestionsFacts
from crescent.loop.stages.solving import solve
from crescent.loop.stages.stored import take_over
from crescent.loop.stages.voters import other_voters
from crescent.records import Question
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.shards import ShardFolder
from crescent.voting.labels.label import label_of

VERSION = 1


def run(context: Context, name: str, model: ModelRef, questions: Manifest) -> Manifest:
    """Write `NAME/answers`: the solutions (shards, by pass) and one consensus per question (`consensus` shard 0).

    `questions` is a finished stage with `accepted` shards.
    """
    config = context.config
    others = other_voters(context, name, label_of(config).needs(), model)
    stage = context.run.stage(
        f"{name}/answers",
        VERSION,
        settings(config, "answers", "labels"),
        {
            "model": model.identity,
            questions.spec.stage: questions.outcome,
            **{f"voter {place}": ref.identity for place, ref in enumerate(others, start=1)},
            **code_of(config, "backend.own", "label"),
        },
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    take_over(context, stage)
    stage.begin()
    accepted = list(ShardFolder(context.run.path / questions.spec.stage / "accepted").stream(Question))
    room = config.voting.max_tokens
    if room is not None and name.startswith("round-"):
        room -= facts_of(questions, QuestionsFacts).tokens
    facts = solve(context, stage, accepted, [model, *others], f"{name} solutions", room)
    return stage.finish(facts, facts.tokens if facts is not None else 0)
