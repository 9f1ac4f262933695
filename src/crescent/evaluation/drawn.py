"""Every item of a task graded once, by the task's own filter and metric, with what it read as the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crescent.evaluation.scoring import answered, fallbacks, tasks_of


@dataclass(frozen=True, slots=True)
class Graded:
    """One sampled reply to one item, which has the id that it has in evaluations.

    `score` is the item's value of the metric. `answer` is the text that the task compares: what its filter found, or
    the whole reply where nothing is looked for; None where there is none. `own_reading`: the task reads `output` with
    code of its own, which tells the score alone. `answered`: whether an answer was found, None where none is sought.
    """

    id: str
    score: float
    output: str
    answer: str | None
    own_reading: bool
    answered: bool | None


def graded(name: str, loaded: Any, results: Any, primary: str) -> list[Graded]:
    """The items of the task or group `name` in the order of its evaluation.

    Args:
        loaded: the tasks as `load_tasks` gives them.
        results: what `lm_eval.evaluate` returns for them.
        primary: metric and filter, as in `exact_match,flexible-extract`.
    """
    metric, _, chosen = primary.partition(",")
    return [
        _graded(leaf, task, sample, metric)
        for leaf, task in tasks_of(name, loaded).items()
        for sample in results["samples"][leaf]
        if sample["filter"] == chosen
    ]


def _graded(name: str, task: Any, sample: Mapping[str, Any], metric: str) -> Graded:
    output, found = sample["resps"][0][0], answered(task, sample)
    own_reading = task.config.process_results is not None and not fallbacks(task, sample["filter"])
    text = sample["filtered_resps"][0]
    text = str(text[0] if isinstance(text, list) and text else text).strip()
    return Graded(
        id=f"{name}/{sample['doc_id']}",
        score=float(sample[metric]),
        output=output,
        answer=None if own_reading or found is False or not text else text,
        own_reading=own_reading,
        answered=found,
    )
