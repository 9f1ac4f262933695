"""The questions of benchmarks, as text: what generated questions are compared with to keep them out of training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crescent.evaluation.harness import load_tasks
from crescent.evaluation.isolation import quiet_libraries


def benchmark_questions(tasks: Sequence[str], local_data: Mapping[str, str]) -> dict[str, list[str]]:
    """Task -> the question of every problem of its test split; groups are given by their tasks.

    A task that says what to compare (`doc_to_decontamination_query`) is asked; else it is the `question` column, else
    the prompt.

    Raises:
        ConfigError: a task is unknown.
        DataError: a task's data cannot be read.
    """
    with TemporaryDirectory(prefix="crescent-tasks-") as folder, quiet_libraries():
        _, loaded = load_tasks(tasks, local_data, Path(folder))
        return {name: [_question(task, doc) for doc in _problems(task)] for name, task in loaded["tasks"].items()}


def _problems(task: Any) -> Any:
    return task.test_docs() if task.has_test_docs() else task.validation_docs()


def _question(task: Any, doc: Mapping[str, Any]) -> str:
    if task.config.should_decontaminate and task.config.doc_to_decontamination_query:
        return str(task.doc_to_decontamination_query(doc))
    question = doc.get("question")
    return question if isinstance(question, str) else str(task.doc_to_text(doc))
