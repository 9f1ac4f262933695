"""Which benchmarks `evaluation.sampled` names, how often each is sampled, and what keeps a task from that."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

import yaml

from crescent.config.schema import Config, Evaluation
from crescent.config.tree import Tree, conf_dir
from crescent.evaluation.task_file import read_task
from crescent.evaluation.tasks import find_task, leaves

_LIKENESS = re.compile(r"bleu|rouge|chrf|^ter$|bert|perplexity|bits_per_byte|f1|mcc", re.IGNORECASE)
"""Metrics that say how like a text is to another one: no reply is right or wrong by them."""


def sampled_tasks(evaluation: Evaluation) -> dict[str, int]:
    """Measured task -> replies sampled to each of its problems, in the order in which the tasks are measured.

    A task's own entry goes before that of a file of conf/evaluation that lists it; of two files the first one counts.
    Of a file the tasks count that are measured here and have a right answer in what the model writes.
    """
    given, measured = evaluation.sampled or {}, _measured(evaluation)
    found: dict[str, int] = {}
    for name, count in given.items():
        if name not in measured:
            found |= {task: count for task in _listed(name) if task in measured and not found.get(task) and fits(task)}
    found |= {name: count for name, count in given.items() if name in measured}
    return {task: found[task] for task in measured if task in found}


def check_repeated(config: Config) -> list[str]:
    """Everything wrong with `evaluation.sampled`, one line each, before anything is run."""
    evaluation, mistakes = config.evaluation, []
    measured = _measured(evaluation)
    for name in evaluation.sampled or {}:
        key = f"evaluation.sampled.{name}"
        if name in measured:
            why = _unfit(name)
            mistakes += [f"{key}: {why}; leave it out"] if why else []
        elif name not in _groups():
            close = get_close_matches(name, [*measured, *_groups()], 3, 0.6)
            hint = f"did you mean {' or '.join(close)}?" if close else f"it takes {', '.join(measured)}"
            mistakes.append(f"{key}: no task that is measured, and no file of conf/evaluation; {hint}")
        elif not any(task in measured and fits(task) for task in _listed(name)):
            mistakes.append(f"{key}: no task of it that could be sampled is measured: add some to evaluation.tasks")
    chat = evaluation.chat_template and evaluation.num_fewshot == 0
    if evaluation.sampled and config.backend.name == "server" and not chat:
        mistakes.append(
            "evaluation.sampled: a server takes single messages, no worked examples and no bare text: set "
            "evaluation.num_fewshot=0 and evaluation.chat_template=true, or take another backend"
        )
    return mistakes


def fits(task: str) -> bool:
    """Whether a task has a right answer in what the model writes."""
    return _unfit(task) is None


@cache
def _unfit(task: str) -> str | None:
    """Why a task cannot be sampled, None where it can, or where `check_tasks` has something to say of it."""
    path = find_task(task)
    try:
        found = list(leaves(read_task(path))) if path else []
    except (OSError, yaml.YAMLError):
        return None
    if any(leaf.get("output_type", "generate_until") != "generate_until" for leaf in found):
        return f"{task} scores given answers and asks for no text, so there is nothing to sample and no pass@k"
    if any(_only_likeness(leaf) for leaf in found):
        return f"{task} has no right answer, only a likeness to a text, so there is no pass@k"
    return None


def _only_likeness(config: Mapping[str, Any]) -> bool:
    names = [str(metric["metric"]).rpartition(".")[2] for metric in config.get("metric_list") or ()]
    return bool(names) and all(_LIKENESS.search(name) for name in names)


def _measured(evaluation: Evaluation) -> list[str]:
    return [task for task in dict.fromkeys([evaluation.dev_task, evaluation.guard_task, *evaluation.tasks]) if task]


@cache
def _groups() -> list[str]:
    return sorted(path.stem for path in (conf_dir() / "evaluation").glob("*.yaml"))


def _listed(group: str) -> Iterator[str]:
    """The tasks of a file of conf/evaluation, its dev task not among them; none where there is no such file."""
    said = [part["tasks"] for _, part in Tree((conf_dir(),)).parts(f"evaluation/{group}") if "tasks" in part]
    yield from said[-1] if said else ()
