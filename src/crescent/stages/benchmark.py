"""Stage `evaluation`: one model through lm-evaluation-harness, every item kept, the dev task too."""

from dataclasses import asdict

from crescent.evaluation.harness import evaluate
from crescent.evaluation.results import TaskResult
from crescent.run.manifest import Manifest
from crescent.run.shards import ShardFolder
from crescent.run.stage import Stage
from crescent.stages.context import Context, ModelRef

VERSION = 1


def run(context: Context, name: str, model: ModelRef) -> Manifest:
    """Measure `model` on all tasks and on the dev task; a result row per task, all items in it."""
    config = context.config.evaluation
    settings = {
        key: value
        for key, value in asdict(config).items()
        if key not in ("gate", "bootstrap", "batch_size", "audit", "base", "contamination")
    }
    stage = context.run.stage(f"{name}/evaluation", VERSION, settings, {"model": model.identity})
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    results = stage.shards("results")
    facts: dict[str, object] = {}
    for index, task in enumerate(dict.fromkeys([config.dev_task, *config.tasks])):
        if index not in results.finished():
            results.write(index, [_measure(context, stage, model, task)])
        [result] = results.read(index, TaskResult)
        facts[task] = {
            "metric": result.primary,
            "value": result.value,
            "stderr": result.stderr,
            "n": result.n,
            "other_metrics": {k: v for k, v in result.metrics.items() if k != result.primary},
        }
    return stage.finish(facts)


def items(context: Context, manifest: Manifest) -> dict[str, TaskResult]:
    """The results of a finished evaluation by task, items included."""
    folder = ShardFolder(context.run.path / manifest.plan.stage / "results")
    return {result.task: result for result in folder.stream(TaskResult)}


def _measure(context: Context, stage: Stage, model: ModelRef, task: str) -> TaskResult:
    config = context.config.evaluation
    loaded = context.model(model)
    with context.report.task(f"{model.label} {task}", None, "items") as advance, stage.work():
        [result] = evaluate(
            (loaded.model, loaded.tokenizer),
            [task],
            num_fewshot=config.num_fewshot,
            limit=config.limit,
            batch_size=config.batch_size,
            max_new_tokens=config.max_new_tokens,
            chat_template=config.chat_template,
            prefer_filter=config.filter,
            local_data=config.local_data,
            device=context.device,
        )
        advance(result.n)
    return result
