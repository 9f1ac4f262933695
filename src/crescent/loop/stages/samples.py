"""Stage `samples`: K sampled solutions of every dev problem, for pass@k and majority@k. No decision reads them.

Greedy accuracy alone cannot say whether training made the model able to solve more problems, or only more certain of
what it could solve before: the first raises pass@k at large k, the second does not.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.errors import StageError
from crescent.evaluation.results import Sampled
from crescent.evaluation.version import task_version
from crescent.generation.request import Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import EvaluationFacts, SamplesFacts, Share
from crescent.loop.stages.reply_sampling import reply_sampling
from crescent.records import Completion
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage
from crescent.statistics import mean_score
from crescent.voting.calibration import pass_at_k, powers
from crescent.voting.extraction import extract_answer
from crescent.voting.grouping import group
from crescent.voting.symbolic import comparer

if TYPE_CHECKING:
    from crescent.evaluation.sampled import Problems

VERSION = 2


def run(context: Context, name: str, model: ModelRef, measured: Manifest) -> Manifest:
    """Write `NAME/samples`: completions, and one `Sampled` row per problem; `evaluation.samples` is not null here.

    `measured` is the finished evaluation of the same model: samples are judged by its primary metric. They are drawn as
    the vote draws them (`voting.sampling`), or as `evaluation.sampling` says, for the task's prompt without worked
    examples.
    """
    config = context.config.evaluation
    if config.samples is None:
        raise StageError("evaluation.samples is null: there is nothing to sample")
    task, data = config.dev_task, config.local_data or {}
    metric = facts_of(measured, EvaluationFacts).tasks[task].metric
    inputs = {"model": model.identity, f"task {task}": task_version(task, data.get(task))}
    inputs |= code_of(context.config, "backend.own")
    stage = context.run.stage(
        f"{name}/samples", VERSION, settings(context.config, "samples") | {"metric": metric}, inputs
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    from crescent.evaluation.sampled import load_problems
    from crescent.loop.stages.predict import generate

    stage.begin()
    problems = load_problems(task, metric, limit=config.limit, local_data=data)
    completions = generate(
        context,
        stage,
        "completions",
        ref=model,
        requests=[Request(id, prompt, config.samples) for id, prompt in problems.prompts.items()],
        sampling=reply_sampling(context.config, problems.longest),
        title=f"{model.label} {task} samples",
    )
    if not context.is_main:
        return stage.finish(None)
    rows = _judge(context, stage, completions, problems, config.samples)
    stage.shards("judged").write(0, rows)
    tokens = sum(sum(row.tokens) for row in rows)
    return stage.finish(figures(task, rows, config.samples), tokens)


def judged(context: Context, manifest: Manifest) -> list[Sampled]:
    """The rows of a finished stage, one per problem."""
    return list(ShardFolder(context.run.path / manifest.spec.stage / "judged").stream(Sampled))


def figures(task: str, rows: Sequence[Sampled], samples: int) -> SamplesFacts:
    """pass@k and majority@k with their 95 % intervals over problems, answer-format rate and mean length."""
    count = len(rows) * samples
    return SamplesFacts(
        task=task,
        problems=len(rows),
        samples=samples,
        pass_at_k={str(k): _share(solved(rows, k)) for k in powers(samples)},
        majority_at_k={str(k): _share([row.majority[str(k)] for row in rows]) for k in powers(samples)},
        answered=sum(sum(row.answered) for row in rows) / count,
        mean_tokens=sum(sum(row.tokens) for row in rows) / count,
    )


def solved(rows: Sequence[Sampled], k: int) -> list[float]:
    """pass@k of every problem, unbiased (Chen et al., 2021, equation 1)."""
    return [pass_at_k(len(row.right), sum(row.right), k) for row in rows]


def majority(answers: Sequence[str | None], right: Sequence[bool], k: int, *, symbolic: bool) -> float:
    """The share of disjoint groups of k samples whose majority is right.

    Of tied answers the one sampled first wins, and the first sample that has the majority answer stands for it; a group
    without any answer is wrong.
    """
    starts = range(0, len(answers) - k + 1, k)
    return sum(_majority_right(answers[s : s + k], right[s : s + k], symbolic) for s in starts) / len(starts)


def _majority_right(answers: Sequence[str | None], right: Sequence[bool], symbolic: bool) -> bool:
    groups = group(answers, symbolic=symbolic)
    named = [number for number in groups if number is not None]
    if not named:
        return False
    leader = max(named, key=lambda number: (named.count(number), -groups.index(number)))
    return right[groups.index(leader)]


def _judge(
    context: Context, stage: Stage, completions: ShardFolder, problems: "Problems", samples: int
) -> list[Sampled]:
    voting = context.config.voting
    comparer.configure(voting.symbolic_seconds, voting.symbolic_megabytes)
    by_problem: dict[str, list[Completion]] = {id: [] for id in problems.prompts}
    for completion in completions.stream(Completion):
        by_problem[completion.request].append(completion)
    rows = []
    with stage.work():
        for id, drawn in by_problem.items():
            drawn.sort(key=lambda completion: completion.sample)
            texts = [completion.text for completion in drawn]
            right, answered = problems.judge(id, texts)
            read = [extract_answer(text, voting.marker) for text in texts]
            answers = [answer.value if answer else None for answer in read]
            shares = {str(k): majority(answers, right, k, symbolic=voting.symbolic) for k in powers(samples)}
            tokens = [completion.tokens for completion in drawn]
            rows.append(Sampled(id=id, right=right, answered=answered, tokens=tokens, majority=shares))
    return rows


def _share(values: Sequence[float]) -> Share:
    found = mean_score(values)
    return Share(value=found.mean, low=found.low, high=found.high)
