"""Check `scores`: the figures of every benchmark from its items, and the items from what the model wrote."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, Read, line_of, stated
from crescent.config.schema import Config
from crescent.evaluation.results import Item, Sampled, TaskResult
from crescent.loop.stages.facts import EvaluationFacts, SamplesFacts
from crescent.loop.stages.samples import figures, majority
from crescent.records import Completion
from crescent.runs.manifest import MANIFEST
from crescent.statistics import mean_score, standard_error
from crescent.voting.calibration import powers
from crescent.voting.extraction import extract_answer

MEANS = ("acc", "acc_norm", "exact_match", "em", "f1", "pass@1", "pass_at_1", "prompt_level_strict_acc")
"""Metrics of the harness that are the mean of what it says of each item."""
Known = dict[tuple[str, str], tuple[float, str]]
"""(item, what the model wrote) -> its score, and the file that has it: who writes the same has the same score."""


def check_evaluation(folder: Folder, stage: str, known: Known, findings: Findings) -> None:
    """The results of one model: items, their means and intervals."""
    check, file = findings.of("scores"), f"{stage}/{MANIFEST}"
    facts = stated(folder.manifests[stage], EvaluationFacts, check)
    written = {row.row.request: row.row.text for row in folder.shards(f"{stage}/completions", Completion, check)}
    results = folder.shards(f"{stage}/results", TaskResult, check)
    for result in results:
        task = result.row
        for item in task.items:
            _item(check, result, item, written.get(item.id, written.get(f"{task.task}:{item.id}")), known)
        check.same(result.file, f"{task.task}, n", task.n, len(task.items))
        check.same(result.file, f"{task.task}, stderr", task.stderr, standard_error([i.score for i in task.items]))
        _mean(check, result)
        _answers(check, result)
        if facts is None or task.task not in facts.tasks:
            check.wrong(file, f"facts.tasks.{task.task}", "no such task", f"{task.n} items in {result.file}")
            continue
        said = {name: getattr(facts.tasks[task.task], name) for name in ("metric", "value", "low", "high", "n")}
        check.same(file, f"facts.tasks.{task.task}", said, _score(task))
    for name in (facts.tasks if facts else {}).keys() - {result.row.task for result in results}:
        check.wrong(file, f"facts.tasks.{name}", "a score", "no row of results")


def dev_score(folder: Folder, stage: str, task: str) -> float | None:
    """The score of a task from its items, None where the model was not measured on it."""
    rows = folder.shards(f"{stage}/results", TaskResult, Check("", "")) if stage in folder.manifests else []
    return next((_value(row.row) for row in rows if row.row.task == task), None)


def check_samples(folder: Folder, config: Config, stage: str, findings: Findings) -> None:
    """Majorities and lengths of every sampled problem from its completions, and pass@k over problems."""
    check, file = findings.of("scores"), f"{stage}/{MANIFEST}"
    drawn: dict[str, list[Completion]] = {}
    for row in folder.shards(f"{stage}/completions", Completion, check):
        drawn.setdefault(row.row.request, []).append(row.row)
    judged = folder.shards(f"{stage}/judged", Sampled, check)
    for each in judged:
        texts = sorted(drawn.get(each.row.id, []), key=lambda completion: completion.sample)
        read = [extract_answer(text.text, config.voting.marker) for text in texts]
        answers = [answer.value if answer else None for answer in read]
        place = f"{line_of(each)}, problem {each.row.id}"
        check.same(each.file, f"{place}, tokens", each.row.tokens, [text.tokens for text in texts])
        if len(answers) == len(each.row.right):
            shares = {
                str(k): majority(answers, each.row.right, k, symbolic=config.voting.symbolic)
                for k in powers(len(answers))
            }
            check.same(each.file, f"{place}, majority", each.row.majority, shares)
    facts = stated(folder.manifests[stage], SamplesFacts, check)
    if facts is not None and judged:
        found = msgspec.structs.replace(
            figures(facts.task, [each.row for each in judged], facts.samples), decoder=facts.decoder
        )
        check.same(file, "facts", msgspec.to_builtins(facts), msgspec.to_builtins(found))


def _item(check: Check, result: Read[TaskResult], item: Item, text: str | None, known: Known) -> None:
    place = f"item {item.id}"
    check.same(result.file, f"{place}, correct", item.correct, item.score >= 0.5)
    if text is None:
        return
    if item.output not in text:
        check.wrong(result.file, f"{place}, output", item.output, text)
    score, other = known.setdefault((item.id, item.output), (item.score, result.file))
    if score != item.score:
        check.wrong(result.file, f"{place}, score", item.score, f"{score}, as {other} has it for the same output")


def _mean(check: Check, result: Read[TaskResult]) -> None:
    task = result.row
    if not task.items:
        check.wrong(result.file, task.task, task.metrics, "no items")
    elif task.primary.partition(",")[0] in MEANS:
        check.same(result.file, f"{task.task}, {task.primary}", task.metrics.get(task.primary), _value(task))
    else:
        check.absent(f"{result.file}: {task.primary} may be no mean of items: taken as it is stored")


def _value(task: TaskResult) -> float:
    """The score from the items. Of a group it is their mean, or that of its tasks, as the group has it."""
    stored = task.metrics.get(task.primary, float("nan"))
    if task.primary.partition(",")[0] not in MEANS or not task.items:
        return stored
    by_leaf: dict[str, list[float]] = {}
    for item in task.items:
        by_leaf.setdefault(item.id.rpartition("/")[0], []).append(item.score)
    over_items = sum(item.score for item in task.items) / len(task.items)
    over_tasks = sum(sum(scores) / len(scores) for scores in by_leaf.values()) / len(by_leaf)
    return over_tasks if abs(over_tasks - stored) < abs(over_items - stored) else over_items


def _answers(check: Check, result: Read[TaskResult]) -> None:
    """The answer-format rate of the primary filter, and the mean length."""
    task = result.row
    found = [item.answered for item in task.items if item.answered is not None]
    chosen = task.primary.partition(",")[2]
    if found:
        rate = sum(found) / len(found)
        check.same(result.file, f"{task.task}, answered by {chosen}", task.answered.get(chosen), rate)
    lengths = [item.tokens for item in task.items if item.tokens is not None]
    mean = sum(lengths) / len(lengths) if lengths else None
    check.same(result.file, f"{task.task}, mean_tokens", task.mean_tokens, mean)


def _score(task: TaskResult) -> Mapping[str, Any]:
    scores: Sequence[float] = [item.score for item in task.items]
    interval = mean_score(scores) if scores else None
    return {
        "metric": task.primary,
        "value": _value(task),
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "n": len(scores),
    }
