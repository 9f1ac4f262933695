"""From what lm-evaluation-harness returns to our results: one figure per metric and filter, one item per problem."""

from collections.abc import Mapping, Sequence
from typing import Any

from crescent.errors import StageError
from crescent.evaluation.loading import question_of
from crescent.evaluation.results import Item, TaskResult
from crescent.private.lm_eval_internals import filters
from crescent.statistics import standard_error

ANSWERED = "answered"
"""The metric by which a task says itself whether it found an answer, right or wrong, where no filter does."""


def task_result(name: str, loaded: Any, results: Any, prefer_filter: str, tokenizer: Any) -> TaskResult:
    """The result of the task or group `name`.

    Args:
        loaded: the tasks as `load_tasks` gives them.
        results: what `lm_eval.evaluate` returns for them.
        prefer_filter: which filter gives the primary metric of tasks that have several.
        tokenizer: counts the tokens of outputs.

    Raises StageError when no metric is scored item by item.
    """
    tasks = tasks_of(name, loaded)
    figures = {
        metric: float(value)
        for metric, value in results["results"][name].items()
        if "," in metric and "_stderr," not in metric and isinstance(value, int | float)
    }
    samples = {leaf: _by_filter(results["samples"][leaf]) for leaf in tasks}
    primary = _primary(name, figures, samples, prefer_filter)
    metric, _, filter_name = primary.partition(",")
    items = [
        _item(leaf, tasks[leaf], sample, metric, tokenizer) for leaf in tasks for sample in samples[leaf][filter_name]
    ]
    lengths = [item.tokens for item in items if item.tokens is not None]
    return TaskResult(
        task=name,
        version=str(results["versions"].get(name)),
        shots=max(task.get_config("num_fewshot") or 0 for task in tasks.values()),
        primary=primary,
        metrics=figures,
        answered=_answered_by_filter(tasks, samples),
        stderr=standard_error([item.score for item in items]),
        n=len(items),
        mean_tokens=sum(lengths) / len(lengths) if lengths else None,
        items=items,
    )


def tasks_of(name: str, loaded: Any) -> dict[str, Any]:
    """The task itself by its name, or all tasks of a group."""
    group = loaded.get("groups", {}).get(name)
    leaves = [task.task_name for task in group.get_all_tasks()] if group else [name]
    return {leaf: loaded["tasks"][leaf] for leaf in leaves}


def fallbacks(task: Any, filter_name: str) -> list[Any]:
    """What a filter puts in place of an answer that it does not find; empty where it passes on whatever there is."""
    steps = [step() for ensemble in filters(task, filter_name) for step in ensemble.filters]
    return [step.fallback for step in steps if hasattr(step, "fallback")]


def _by_filter(samples: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    sorted_samples: dict[str, list[dict[str, Any]]] = {}
    for sample in samples:
        sorted_samples.setdefault(sample["filter"], []).append(sample)
    return sorted_samples


def _primary(
    name: str, figures: Mapping[str, float], samples: Mapping[str, Mapping[str, Any]], prefer_filter: str
) -> str:
    """The first metric that every item has as one number, of the preferred filter where the task has it."""
    for key in sorted(figures, key=lambda key: not key.endswith(f",{prefer_filter}")):
        metric, _, filter_name = key.partition(",")
        items = [item for leaf in samples.values() for item in leaf.get(filter_name, [{}])]
        if all(isinstance(item.get(metric), int | float) for item in items):
            return key
    raise StageError(
        f"{name}: none of its metrics is scored item by item ({', '.join(figures)}), so it cannot be compared"
    )


def _answered_by_filter(tasks: Mapping[str, Any], samples: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Filter -> share of outputs in which it found an answer, right or wrong; filters that look for none left out."""
    found: dict[str, list[bool]] = {}
    for leaf, by_filter in samples.items():
        for name, rows in by_filter.items():
            judged = [answered(tasks[leaf], row) for row in rows]
            found.setdefault(name, []).extend(one for one in judged if one is not None)
    return {name: sum(values) / len(values) for name, values in found.items() if values}


def answered(task: Any, sample: Mapping[str, Any]) -> bool | None:
    """Whether an answer was found in the output, right or wrong; None where none is looked for."""
    if ANSWERED in sample:
        return bool(sample[ANSWERED])
    absent = fallbacks(task, sample["filter"]) if task.get_config("output_type") == "generate_until" else []
    return sample["filtered_resps"][0] not in absent if absent else None


def _item(name: str, task: Any, sample: Mapping[str, Any], metric: str, tokenizer: Any) -> Item:
    """A generated text is kept as it is; of choices, the text of the most likely one."""
    response = sample["resps"][0][0]
    tokens = None
    if isinstance(response, str):
        output = response
        tokens = len(tokenizer(output, add_special_tokens=False)["input_ids"])
    else:
        likelihoods = [responses[0][0] for responses in sample["resps"]]
        output = str(sample["arguments"][likelihoods.index(max(likelihoods))][1])
    score = float(sample[metric])
    return Item(
        id=f"{name}/{sample['doc_id']}",
        correct=score >= 0.5,
        score=score,
        question=question_of(task, sample["doc"]),
        output=output,
        target=str(sample["target"]),
        answered=answered(task, sample),
        tokens=tokens,
    )
