"""Fine-tuning for a stage: the model loaded, trained with progress on the screen, and left in the stage's folder."""

import shutil
from collections.abc import Sequence

from crescent.config.schema import Training
from crescent.config.seeds import derived_seed
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.trained import MODEL
from crescent.models.load import Loaded
from crescent.runs.atomic import publish, publish_folder
from crescent.runs.stage import Stage
from crescent.training.examples import Lesson
from crescent.training.export import export_model
from crescent.training.fit import ADAPTER, EVIDENCE, FINISHED, TrainingResult, train
from crescent.training.module import StepRecord
from crescent.training.objectives.objective import Objective


def learn(
    context: Context,
    stage: Stage,
    start: ModelRef,
    lessons: Sequence[Lesson],
    config: Training,
    *,
    path: str,
    objective: Objective | None = None,
) -> tuple[TrainingResult, Loaded]:
    """Train `start` on the lessons; what it did, and the model with its new weights.

    `path`: what an adapter will say it belongs to. Must stand in `stage.work()`.
    """
    trainer = context.config.trainer
    context.release()
    # Masters in float32 whatever the model generates in: bfloat16 cannot hold an update of a small learning rate.
    # A model whose weights are to be spread over devices may be too large for one of them.
    spread = trainer.strategy == "fsdp" and context.world_size > 1
    student = context.load(start, dtype="float32", device="cpu" if spread else None)
    student.model.requires_grad_(True)
    student.model.name_or_path = path
    done = 0

    def show(step: StepRecord) -> None:
        nonlocal done
        done += 1  # of a training that was resumed, the steps that are left
        advance(1, step.tokens, total=done + step.steps - step.step)

    with context.report.task(stage.name.replace("/", " "), None, "steps") as advance:
        result = train(
            student.model,
            student.tokenizer,
            lessons,
            config,
            seed=derived_seed(context.config.seed, stage.name),
            folder=stage.scratch,
            objective=objective,
            on_step=show,
            accelerator="cpu" if context.device == "cpu" else "gpu",
            devices=context.world_size // trainer.nodes,
            num_nodes=trainer.nodes,
            strategy=trainer.strategy if context.world_size > 1 else "auto",  # alone there is nothing to share
        )
    return result, student


def leave(context: Context, stage: Stage, start: ModelRef, result: TrainingResult, student: Loaded, card: str) -> None:
    """Write what a training made: `model/` with its `card` and perhaps `adapter/`, or the evidence of its failure."""
    if not context.is_main:
        return
    if result.state == FINISHED:
        export_model(student.model, student.tokenizer, stage.path / MODEL, context.settings(start).dtype, card)
        if (adapter := stage.scratch / ADAPTER).is_dir():
            with publish_folder(stage.path / ADAPTER) as temporary:
                shutil.copytree(adapter, temporary, dirs_exist_ok=True)
    elif (evidence := stage.scratch / EVIDENCE).exists():
        publish(stage.path / EVIDENCE, evidence.read_bytes())
