"""Stage `questions`: waves of texts that the source brings, each diversified by rejection sampling against the pool of
all rounds.

A near-duplicate that the model wrote goes back to it with the question it is like, to be made different; the rewrite is
screened and checked like any other text, at most `max_rewrites` times, then dropped. A question that was there already
is no text of the model's to mend: its near-duplicates are dropped at once.
"""

from collections.abc import Sequence

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.errors import StageError
from crescent.loop.sources.source import Source
from crescent.loop.stages.assignments import clear_assignments, follow_assignments
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import QuestionsFacts
from crescent.loop.stages.pool import encoder_input
from crescent.loop.stages.stored import take_over
from crescent.loop.stages.waves import Waves
from crescent.loop.turns import source_of
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import round_folder
from crescent.runs.stage import Stage

VERSION = 4
SOURCE = "source"
"""What the names of the stage's inputs begin with that the source reads."""


def run(context: Context, number: int, model: ModelRef, earlier: Sequence[Manifest]) -> Manifest:
    """Write round `number`'s accepted questions and its drops; `earlier`: this stage's manifests of past rounds.

    Raises:
        StageError: not one question was accepted; says what became of them.
        DataError: what the source reads cannot be read.
    """
    config = context.config
    source = source_of(config)
    stage = context.run.stage(
        f"{round_folder(number)}/questions",
        VERSION,
        settings(config, "questions"),
        {
            "model": model.identity,
            **encoder_input(context, config.dedup),
            **code_of(config, "source", "dedup.own", "backend.own"),
            **{f"{SOURCE} {name}": digest for name, digest in source.inputs().items()},
            **{m.spec.stage: m.outcome for m in earlier},
        },
    )
    manifest = stage.finished() or _make(context, stage, number, model, earlier, source)
    facts = facts_of(manifest, QuestionsFacts)
    if not facts.written:
        raise StageError(
            f"round {number}: the source of questions (source.use={config.source['use']}) has no more. "
            "Give it more, or take fewer rounds."
        )
    if not facts.accepted:
        drops = ", ".join(f"{count} {reason}" for reason, count in facts.drops.items())
        raise StageError(
            f"round {number}: none of the {facts.written} texts that came in is a new question "
            f"({drops}). Look at {stage.path}/drops, the source and the sampling."
        )
    return manifest


def _make(
    context: Context, stage: Stage, number: int, model: ModelRef, earlier: Sequence[Manifest], source: Source
) -> Manifest:
    take_over(context, stage)
    stage.begin()
    if not context.is_main:
        return follow_assignments(context, stage, model, context.config.questions.sampling)
    waves = Waves(context, stage, number, model, earlier, source)
    ending = None
    while (ending := waves.ending()) is None:
        waves.next()
    context.release_encoder()
    waves.discard_beyond()
    manifest = stage.finish(waves.facts(ending), waves.total("tokens"))
    clear_assignments(context)
    return manifest
