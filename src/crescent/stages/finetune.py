"""Stage `training`: fine-tune the student on the pairs and save it as an ordinary Hugging Face folder."""

import shutil
from dataclasses import asdict
from pathlib import Path

from crescent.generation.prompts import fill
from crescent.models.load import load
from crescent.records import Pair
from crescent.run import rows
from crescent.run.atomic import publish
from crescent.run.manifest import Manifest
from crescent.stages.context import Context, ModelRef
from crescent.training.export import export_model
from crescent.training.fit import EVIDENCE, FINISHED, TrainingResult, train

VERSION = 1
MODEL = "model"


def run(context: Context, number: int, start: ModelRef, dataset: Manifest) -> Manifest:
    """Train from `start` on the dataset's pairs; the result is `model/` unless the loss was no number."""
    config = context.config
    stage = context.run.stage(
        f"round-{number:02d}/training",
        VERSION,
        {"seed": config.seed, "training": asdict(config.training), "prompt": config.voting.prompt},
        {"start": start.identity, dataset.plan.stage: dataset.outcome},
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    context.release()
    # Masters in float32 whatever the model generates in: bfloat16 cannot hold an update of a small learning rate.
    path = None if start == context.base else Path(start.path)
    student = load(config.model, path, dtype="float32", device=context.device)
    student.model.requires_grad_(True)
    prompt = config.voting.prompt
    pairs = [
        (fill(prompt, question=pair.question), pair.solution)
        for pair in rows.read(context.run.path / dataset.plan.stage / "train.jsonl", Pair)
    ]
    with context.report.task(f"round-{number:02d} training", None, "steps") as advance, stage.work():
        result = train(
            student.model,
            student.tokenizer,
            pairs,
            config.training,
            seed=config.seed + number,
            folder=stage.scratch,
            on_step=lambda step: advance(1, step.tokens),
            accelerator="cpu" if context.device == "cpu" else "gpu",
        )
        if result.state == FINISHED:
            export_model(student.model, student.tokenizer, stage.path / MODEL, config.model.dtype)
        elif (evidence := stage.scratch / EVIDENCE).exists():
            publish(stage.path / EVIDENCE, evidence.read_bytes())
    manifest = stage.finish(_facts(result, len(pairs), config.training.epochs), result.tokens)
    shutil.rmtree(stage.scratch, ignore_errors=True)
    return manifest


def trained(context: Context, number: int, manifest: Manifest) -> ModelRef | None:
    """The model this stage made, None if its training was stopped by a loss that is no number."""
    if manifest.facts["state"] != FINISHED:
        return None
    return ModelRef(f"round-{number:02d}", str(context.run.path / manifest.plan.stage / MODEL), manifest.outcome)


def _facts(result: TrainingResult, pairs: int, epochs: int) -> dict[str, object]:
    return {
        "pairs": pairs,
        "epochs": epochs,
        "steps": result.steps,
        "tokens": result.tokens,
        "solution_tokens": result.solution_tokens,
        "dropped": result.dropped,
        "losses": [[step, round(loss, 6)] for step, loss in enumerate(result.losses, start=1)],
        "state": result.state,
    }
