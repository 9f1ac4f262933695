"""Stage `training`: fine-tune the student on the pairs and save it as an ordinary Hugging Face folder."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crescent.config.effects import settings
from crescent.config.seeds import derived_seed
from crescent.generation.prompts import fill
from crescent.loop.stages.card import model_card
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import Lineage, TrainingFacts
from crescent.loop.stages.trained import MODEL
from crescent.records import Drop, Pair, Replayed
from crescent.run import rows
from crescent.run.atomic import publish, publish_folder
from crescent.run.cards import origin
from crescent.run.manifest import Manifest
from crescent.run.names import round_folder
from crescent.training.export import export_model
from crescent.training.fit import ADAPTER, EVIDENCE, FINISHED, TrainingResult, train
from crescent.training.module import StepRecord

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
        {"start": start.identity} | {m.spec.stage: m.outcome for m in (dataset, replayed) if m is not None},
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    context.release()
    # Masters in float32 whatever the model generates in: bfloat16 cannot hold an update of a small learning rate.
    # A model whose weights are to be spread over devices may be too large for one of them.
    spread = config.trainer.strategy == "fsdp" and context.world_size > 1
    student = context.load(start, dtype="float32", device="cpu" if spread else None)
    student.model.requires_grad_(True)
    lineage = _lineage(context, start, dataset)
    student.model.name_or_path = lineage.path  # what an adapter will say it belongs to
    pairs, others = _examples(context, dataset, replayed)
    examples = [*pairs, *others]
    done = 0

    def show(step: StepRecord) -> None:
        nonlocal done
        done += 1  # of a training that was resumed, the steps that are left
        advance(1, step.tokens, total=done + step.steps - step.step)

    with context.report.task(f"{round_folder(number)} training", None, "steps") as advance, stage.work():
        result = train(
            student.model,
            student.tokenizer,
            [(example.prompt, example.text) for example in examples],
            config.training,
            seed=derived_seed(config.seed, stage.name),
            folder=stage.scratch,
            on_step=show,
            accelerator="cpu" if context.device == "cpu" else "gpu",
            devices=context.world_size // config.trainer.nodes,
            num_nodes=config.trainer.nodes,
            strategy=config.trainer.strategy if context.world_size > 1 else "auto",  # alone there is nothing to share
        )
        facts = _facts(result, len(pairs), len(others), config.training.epochs, lineage)
        if context.is_main:
            stage.shards("drops").write(0, _drops(examples, result.dropped))
        if result.state == FINISHED and context.is_main:
            card = model_card(config, number, facts)
            export_model(student.model, student.tokenizer, stage.path / MODEL, context.settings(start).dtype, card)
            if (adapter := stage.scratch / ADAPTER).is_dir():
                with publish_folder(stage.path / ADAPTER) as temporary:
                    shutil.copytree(adapter, temporary, dirs_exist_ok=True)
        elif context.is_main and (evidence := stage.scratch / EVIDENCE).exists():
            publish(stage.path / EVIDENCE, evidence.read_bytes())
    manifest = stage.finish(facts, result.tokens)
    if context.is_main:
        shutil.rmtree(stage.scratch, ignore_errors=True)
    return manifest


class _Example(NamedTuple):
    """The student learns to write `text` after `prompt`; in a row of a drop it is `id`, which asks `asked`."""

    id: str
    asked: str
    prompt: str
    text: str


def _examples(context: Context, dataset: Manifest, replayed: Manifest | None) -> tuple[list[_Example], list[_Example]]:
    """Of the dataset's pairs, and of what is replayed, each in the order of the rows."""
    folder, prompt = context.run.path, context.config.voting.prompt
    pairs = rows.read(folder / dataset.spec.stage / "train.jsonl", Pair)
    others = rows.read(folder / replayed.spec.stage / "replay.jsonl", Replayed) if replayed else []
    return (
        [_Example(pair.id, pair.question, fill(prompt, question=pair.question), pair.solution) for pair in pairs],
        [_Example(f"replay-{row:05d}", other.prompt, other.prompt, other.text) for row, other in enumerate(others)],
    )


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


def _facts(result: TrainingResult, pairs: int, replayed: int, epochs: int, lineage: Lineage) -> TrainingFacts:
    return TrainingFacts(
        pairs=pairs,
        replayed=replayed,
        epochs=epochs,
        steps=result.steps,
        tokens=result.tokens,
        solution_tokens=result.solution_tokens,
        dropped=dict(sorted(Counter(result.dropped.values()).items())),
        packed=result.packed,
        losses=[(step, round(loss, 6)) for step, loss in enumerate(result.losses, start=1)],
        state=result.state,
        lineage=lineage,
    )
