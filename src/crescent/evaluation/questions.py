"""The questions of benchmarks, as text: what generated questions are compared with to keep them out of training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crescent.evaluation.isolation import quiet_libraries
from crescent.evaluation.loading import load_tasks, question_of


def benchmark_questions(tasks: Sequence[str], local_data: Mapping[str, str]) -> dict[str, list[str]]:
    """Task -> the question of every problem of its test split; groups are given by their tasks.

    Raises:
        ConfigError: a task is unknown.
        DataError: a task's data cannot be read.
    """
    with TemporaryDirectory(prefix="crescent-tasks-") as folder, quiet_libraries():
        _, loaded = load_tasks(tasks, local_data, Path(folder))
        return {name: [question_of(task, doc) for doc in _problems(task)] for name, task in loaded["tasks"].items()}


def _problems(task: Any) -> Any:
    return task.test_docs() if task.has_test_docs() else task.validation_docs()
