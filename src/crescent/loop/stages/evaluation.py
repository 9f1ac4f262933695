"""Stage `evaluation`: one model through lm-evaluation-harness, every item kept, the dev task too."""

from collections.abc import Iterator

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.evaluation.results import TaskResult
from crescent.evaluation.version import task_version
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import EvaluationFacts, TaskScore
from crescent.records import Completion
from crescent.runs.manifest import Manifest
from crescent.runs.shards import ShardFolder
from crescent.runs.waiting import wait_for
from crescent.statistics import mean_score

VERSION = 4


def run(context: Context, name: str, model: ModelRef) -> Manifest:
    """Measure `model` on all tasks, on the dev task and the guard task; a result row per task, all items in it.

    Several ranks share the requests of all tasks out among them, and what is replied is on disk shard by shard.
    """
    config, data = context.config.evaluation, context.config.evaluation.local_data or {}
    tasks = [task for task in dict.fromkeys([config.dev_task, config.guard_task, *config.tasks]) if task]
    versions = {f"task {task}": task_version(task, data.get(task)) for task in tasks}
    inputs = {"model": model.identity, **versions, **code_of(context.config, "backend.own")}
    stage = context.run.stage(f"{name}/evaluation", VERSION, settings(context.config, "evaluation"), inputs)
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    results = stage.shards("results")
    if len(results.finished()) < len(tasks):
        from crescent.loop.stages.benchmarks import measured

        for index, result in measured(context, stage, model, tasks):
            results.write(index, [result])
    wait_for(lambda: len(results.finished()) == len(tasks))
    scores = {task: _score(*results.read(index, TaskResult)) for index, task in enumerate(tasks)}
    return stage.finish(EvaluationFacts(tasks=scores))


def _score(result: TaskResult) -> TaskScore:
    interval = mean_score([item.score for item in result.items])
    return TaskScore(
        metric=result.primary,
        value=result.value,
        low=interval.low,
        high=interval.high,
        stderr=result.stderr,
        n=result.n,
        shots=result.shots,
        version=result.version,
        answered=result.answered,
        mean_tokens=result.mean_tokens,
        other_metrics={k: v for k, v in result.metrics.items() if k != result.primary},
    )


def written(context: Context, manifest: Manifest) -> Iterator[Completion]:
    """The texts of a finished evaluation as they were written; none where not by slots or an engine."""
    folder = context.run.path / manifest.spec.stage / "completions"
    yield from ShardFolder(folder).stream(Completion) if folder.is_dir() else ()


def items(context: Context, manifest: Manifest) -> dict[str, TaskResult]:
    """The results of a finished evaluation by task, items included."""
    folder = ShardFolder(context.run.path / manifest.spec.stage / "results")
    return {result.task: result for result in folder.stream(TaskResult)}
