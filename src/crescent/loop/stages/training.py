"""Stage `training`: fine-tune the student on the pairs and save it as an ordinary Hugging Face folder."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crescent.config.effects import settings
from crescent.config.schema import Config
from crescent.config.slots import SLOTS, code_of
from crescent.errors import StageError
from crescent.generation.prompts import fill
from crescent.loop.stages.card import model_card
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import Lineage, TrainingFacts
from crescent.loop.stages.learning import learn, leave
from crescent.loop.stages.trained import MODEL
from crescent.records import Drop, Pair, Replayed
from crescent.runs import rows
from crescent.runs.cards import origin
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder
from crescent.training.examples import Lesson
from crescent.training.fit import TrainingResult
from crescent.training.objectives.objective import Objective
from crescent.training.preference import CONTRASTED, PREFERRED

VERSION = 3


def run(
    context: Context, number: int, start: ModelRef, dataset: Manifest, replayed: Manifest | None = None
) -> Manifest:
    """Train from `start` on the dataset's pairs, and on what stage `replay` sampled, if it did.

    The result is `model/`, and with `training.lora.keep_adapter` also `adapter/`, unless the loss was no number;
    `drops` has what was not learned from.
    """
    config = context.config
    stage = context.run.stage(
        f"{round_folder(number)}/training",
        VERSION,
        settings(config, "training"),
        {
            "start": start.identity,
            **{m.spec.stage: m.outcome for m in (dataset, replayed) if m is not None},
            **code_of(config, "objective"),
        },
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    objective: Objective = SLOTS["objective"].build(config.objective)
    examples = _examples(context, objective, dataset, replayed)
    lessons = [example.lesson for example in examples if isinstance(example.lesson, Lesson)]
    mean_margin = _mean([example.margin for example in examples if isinstance(example.lesson, Lesson)])
    if not any(isinstance(example.lesson, Lesson) and not example.replayed for example in examples):
        raise StageError(_nothing(number, config.objective["use"], examples))
    lineage = _lineage(context, start, dataset)
    with stage.work():
        result, student = learn(context, stage, start, lessons, config.training, path=lineage.path, objective=objective)
        dropped = _dropped(examples, result)
        facts = _facts(config, result, examples, dropped, mean_margin, lineage)
        if context.is_main:
            stage.shards("drops").write(0, _drops(examples, dropped))
        leave(context, stage, start, result, student, model_card(config, number, facts))
    manifest = stage.finish(facts, result.tokens)
    if context.is_main:
        shutil.rmtree(stage.scratch, ignore_errors=True)
    return manifest


class _Example(NamedTuple):
    """What may be learned from, and the `lesson` in it or the reason why there is none.

    In a row of a drop it is `id`, which asks `asked`.
    """

    id: str
    asked: str
    lesson: Lesson | str
    margin: float | None = None
    replayed: bool = False


def _examples(context: Context, objective: Objective, dataset: Manifest, replayed: Manifest | None) -> list[_Example]:
    """The dataset's pairs, then what is replayed, each in the order of the rows."""
    folder, prompt = context.run.path, context.config.voting.prompt
    pairs = rows.read(folder / dataset.spec.stage / "train.jsonl", Pair)
    others = rows.read(folder / replayed.spec.stage / "replay.jsonl", Replayed) if replayed else []
    return [
        *(_Example(p.id, p.question, objective.lesson(fill(prompt, question=p.question), p), p.margin) for p in pairs),
        *(
            _Example(f"replay-{row:05d}", other.prompt, Lesson(other.prompt, other.text), replayed=True)
            for row, other in enumerate(others)
        ),
    ]


def _nothing(number: int, use: str, examples: Sequence[_Example]) -> str:
    reasons = Counter(example.lesson for example in examples if isinstance(example.lesson, str))
    listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "there are none"
    unanimous = (
        " Every question was unanimous: take more voting.samples, or objective=sft." if "no-rejected" in reasons else ""
    )
    pairs = sum(not example.replayed for example in examples)
    return f"round {number}: objective.use={use} can learn from none of {pairs} pairs ({listed}).{unanimous}"


def _dropped(examples: Sequence[_Example], result: TrainingResult) -> dict[int, str]:
    """Number of an example -> why it is not learned from: the objective's reason, or that of the training."""
    places = [place for place, example in enumerate(examples) if isinstance(example.lesson, Lesson)]
    found = {place: example.lesson for place, example in enumerate(examples) if isinstance(example.lesson, str)}
    return found | {places[number]: reason for number, reason in result.dropped.items()}


def _drops(examples: Sequence[_Example], dropped: Mapping[int, str]) -> list[Drop]:
    """What is not learned from, in the order of the examples."""
    return [Drop(id=examples[n].id, text=examples[n].asked, reason=reason) for n, reason in sorted(dropped.items())]


def _lineage(context: Context, start: ModelRef, dataset: Manifest) -> Lineage:
    """Which model the training started from and what it learned from, in words and by content."""
    section = context.settings(start)
    model, hub = origin(section)
    return Lineage(
        model=model,
        hub=hub,
        path=section.path if start.label == "base" else f"{start.label}/training/{MODEL}",
        start=start.label,
        start_identity=start.identity,
        data=dataset.spec.stage,
        data_outcome=dataset.outcome,
    )


def _facts(
    config: Config,
    result: TrainingResult,
    examples: Sequence[_Example],
    dropped: Mapping[int, str],
    mean_margin: float | None,
    lineage: Lineage,
) -> TrainingFacts:
    contrasted = result.figures.get(CONTRASTED, 0.0)
    return TrainingFacts(
        objective=config.objective["use"],
        pairs=sum(not example.replayed for example in examples),
        replayed=sum(example.replayed for example in examples),
        epochs=result.epochs,
        steps=result.steps,
        tokens=result.tokens,
        solution_tokens=result.solution_tokens,
        dropped=dict(sorted(Counter(dropped.values()).items())),
        mean_weight=round(result.mean_weight, 6),
        mean_margin=mean_margin,
        preferred=round(result.figures[PREFERRED] / contrasted, 6) if contrasted else None,
        packed=result.packed,
        losses=[(step, round(loss, 6)) for step, loss in enumerate(result.losses, start=1)],
        state=result.state,
        lineage=lineage,
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 6) if known else None
