"""Stage `draws`: K sampled replies to every problem of the benchmarks that `evaluation.sampled` names.

The problems are put as the evaluation puts them, worked examples and chat template included, and a reply is judged by
the task's own filter and metric. Of the dev task and the guard task the gate reads the share of right replies; it reads
no other task's.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.errors import StageError
from crescent.evaluation.repeated import sampled_tasks
from crescent.evaluation.results import Drawn, Item, Reply
from crescent.evaluation.version import task_version
from crescent.generation.request import Continuation, Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import DrawnTask, DrawsFacts, EvaluationFacts, Share, TaskScore
from crescent.loop.stages.reply_sampling import reply_sampling
from crescent.records import Completion
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage
from crescent.statistics import clustered, mean_score
from crescent.voting.calibration import pass_at_k, powers
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.extraction import extract_answer
from crescent.voting.grouping import group
from crescent.voting.subsets import majority_at_k
from crescent.voting.symbolic import comparer

if TYPE_CHECKING:
    from crescent.evaluation.benchmarks import Benchmarks, Greedy
    from crescent.evaluation.drawn import Graded
    from crescent.generation.backend import Backend

VERSION = 1


def run(context: Context, name: str, model: ModelRef, measured: Manifest) -> Manifest:
    """Write `NAME/draws`: completions, a folder per task, and one `Drawn` row per problem.

    `measured` is the finished evaluation of the same model: replies are judged by its primary metrics.
    """
    config = context.config.evaluation
    tasks, scores = sampled_tasks(config), facts_of(measured, EvaluationFacts).tasks
    data = config.local_data or {}
    inputs = {"model": model.identity, **{f"task {task}": task_version(task, data.get(task)) for task in tasks}}
    inputs |= code_of(context.config, "backend.own")
    asked = {task: {"samples": count, "metric": scores[task].metric} for task, count in tasks.items()}
    stage = context.run.stage(f"{name}/draws", VERSION, settings(context.config, "draws") | {"asked": asked}, inputs)
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    drawn = [_sampled(context, stage, model, number, task, count) for number, (task, count) in enumerate(tasks.items())]
    if not context.is_main:
        return stage.finish(None)
    comparer.configure(context.config.voting.symbolic_seconds, context.config.voting.symbolic_megabytes)
    judged, facts = stage.shards("judged"), {}
    for number, (task, (benchmarks, completions)) in enumerate(zip(tasks, drawn, strict=True)):
        with stage.work():
            rows = list(_judged(context, task, scores[task].metric, benchmarks, completions, tasks[task]))
        judged.write(number, rows)
        facts[task] = figures(rows, scores[task])
    return stage.finish(DrawsFacts(tasks=facts), sum(each.tokens for each in facts.values()))


def rows_of(context: Context, manifest: Manifest) -> dict[str, list[Drawn]]:
    """The rows of a finished stage by task, one per problem."""
    found: dict[str, list[Drawn]] = defaultdict(list)
    for row in ShardFolder(context.run.path / manifest.spec.stage / "judged").stream(Drawn):
        found[row.task].append(row)
    return dict(found)


def rescored(items: Sequence[Item], rows: Sequence[Drawn]) -> list[Item]:
    """The items of a task with the share of their sampled replies that are right in place of the greedy score."""
    found = {row.id: row.share for row in rows}
    return [msgspec.structs.replace(item, score=found[item.id], correct=found[item.id] >= 0.5) for item in items]


def figures(rows: Sequence[Drawn], measured: TaskScore) -> DrawnTask:
    """avg@K, pass@k and majority@k with their 95 % intervals over problems. The order of replies does not matter."""
    samples, spread = len(rows[0].scores), clustered([row.scores for row in rows])
    replies = len(rows) * samples
    return DrawnTask(
        metric=measured.metric,
        shots=measured.shots,
        problems=len(rows),
        samples=samples,
        average=_share([row.share for row in rows]),
        stderr=spread.stderr,
        stderr_samples=spread.stderr_samples,
        pass_at_k={str(k): _share(solved(rows, k)) for k in powers(samples)},
        majority_at_k={str(k): _share([row.majority[str(k)] for row in rows]) for k in powers(samples)},
        answered=sum(answer is not None for row in rows for answer in row.answers) / replies,
        cut=sum(sum(row.cut) for row in rows),
        tokens=sum(sum(row.tokens) for row in rows),
    )


def solved(rows: Sequence[Drawn], k: int) -> list[float]:
    """pass@k of every problem, unbiased (Chen et al., 2021, equation 1); a score of at least 0.5 counts as right."""
    return [pass_at_k(len(row.scores), sum(score >= 0.5 for score in row.scores), k) for row in rows]


def majorities(answers: Sequence[str | None], scores: Sequence[float], symbolic: bool) -> dict[str, float]:
    """k -> expected score of the majority of k replies. Answers that say the same are one, as in the vote."""
    found = majority_at_k(group(answers, symbolic=symbolic), scores)
    return {str(k): round(found[k - 1], 12) for k in powers(len(answers))}


def _sampled(
    context: Context, stage: Stage, ref: ModelRef, number: int, task: str, count: int
) -> "tuple[Benchmarks, ShardFolder]":
    """The task with its problems, and the replies to them; this rank's share is sampled first."""
    from crescent.evaluation.benchmarks import DEFAULT_SEED
    from crescent.evaluation.isolation import isolated
    from crescent.loop.stages.benchmarks import asked, room_of
    from crescent.loop.stages.predict import generate, writer

    sampling = context.config.evaluation.sampling
    with stage.work():
        room = room_of(context, ref)
        benchmarks = asked(context, ref, task, room, sampling.max_new_tokens if sampling else None)
        with isolated(None, DEFAULT_SEED):
            texts = list(benchmarks.texts())
    drawing = reply_sampling(context.config, max(each.limit for each in texts))
    backend = writer(context, stage, ref, longest=room)
    completions = generate(
        context,
        stage,
        f"completions/{number:02d}",
        ref=ref,
        requests=_requests(task, texts, count, drawing.stop, backend),
        sampling=drawing,
        title=f"{ref.label} {task} x {count}",
        backend=backend,
    )
    return benchmarks, completions


def _requests(
    task: str, texts: "Sequence[Greedy]", count: int, stop: Sequence[str], backend: "Backend"
) -> list[Request]:
    """The rendered prompts; single messages for what takes no rendered ones."""
    if backend.continues:
        ends = [tuple(dict.fromkeys((*each.until, *stop))) for each in texts]
        return [
            Continuation(each.id, each.text, count, ids=each.ids, limit=each.limit, until=until)
            for each, until in zip(texts, ends, strict=True)
        ]
    if any(each.message is None for each in texts):
        raise StageError(
            f"evaluation.sampled: {task} is more than a single message, and what writes ({backend.decoder}) takes no "
            "rendered prompts: set evaluation.num_fewshot=0, leave the task out, or take another backend"
        )
    return [Request(each.id, each.message or "", count) for each in texts]


def _judged(
    context: Context, task: str, metric: str, benchmarks: "Benchmarks", completions: ShardFolder, count: int
) -> Iterator[Drawn]:
    """One row per problem in the order of the evaluation's items."""
    from crescent.evaluation.benchmarks import DEFAULT_SEED
    from crescent.evaluation.isolation import isolated

    voting = context.config.voting
    replies: dict[str, dict[int, Completion]] = defaultdict(dict)
    for completion in completions.stream(Completion):
        replies[completion.request][completion.sample] = completion
    graded: dict[str, list[Graded]] = defaultdict(list)
    for sample in range(count):
        known = {name: Reply(id=name, text=drawn[sample].text) for name, drawn in replies.items()}
        with isolated(None, DEFAULT_SEED):
            for one in benchmarks.graded(known, metric):
                graded[one.id].append(one)
    for id, found in graded.items():
        drawn = [[replies[name][sample] for name in benchmarks.of_item[id]] for sample in range(count)]
        answers = [_answer(each, voting.marker) for each in found]
        scores = [each.score for each in found]
        yield Drawn(
            task=task,
            id=id,
            scores=scores,
            answers=answers,
            tokens=[sum(each.tokens for each in parts) for parts in drawn],
            cut=[any(each.stop == "length" for each in parts) for parts in drawn],
            majority=majorities(answers, scores, voting.symbolic),
        )


def _answer(graded: "Graded", marker: str) -> str | None:
    """What the task compares, in canonical form; where it tells the score alone, what the vote reads in the reply."""
    if not graded.own_reading:
        return None if graded.answer is None else canonical(graded.answer) or None
    read = extract_answer(graded.output, marker) if graded.answered is not False else None
    return read.value if read else None


def _share(values: Sequence[float]) -> Share:
    found = mean_score(values)
    return Share(value=found.mean, low=found.low, high=found.high)
