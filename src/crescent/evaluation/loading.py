"""Task objects of lm-evaluation-harness by name, with what can go wrong in them said in one line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lm_eval.tasks import TaskManager

from crescent.errors import ConfigError, CrescentError, DataError, StageError
from crescent.evaluation.isolation import quiet_libraries
from crescent.evaluation.local_data import write_task
from crescent.evaluation.seeded import parted, write_seeded
from crescent.evaluation.task_file import read_task
from crescent.evaluation.tasks import find_task


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


def load_tasks(tasks: Sequence[str], local_data: Mapping[str, str], folder: Path) -> tuple[list[str], Any]:
    """Names and task objects of the harness. Tasks are given by file: only groups need its slow registry."""
    names, specs, any_group = [], [], False
    for task in tasks:
        path = find_task(task)
        if path is None:
            raise ConfigError([f"{task}: no such benchmark"])
        config = read_task(path)
        is_group = "group" in config
        names.append(str(config["group" if is_group else "task"]))
        _, seed = parted(task)
        if seed is not None:
            names[-1], path = write_seeded(path, config, seed, folder)
        elif task in local_data:
            path = write_task(names[-1], path, config, Path(local_data[task]), folder)
        specs.append(names[-1] if is_group else str(path))
        any_group |= is_group
    with _explained(", ".join(tasks)):
        return names, TaskManager(include_defaults=any_group).load(specs)


@contextmanager
def _explained(names: str) -> Iterator[None]:
    """Turn what can go wrong in task code and data loading into one line."""
    try:
        yield
    except CrescentError:
        raise
    except ImportError as error:
        raise StageError(f"a benchmark of {names} needs a package that is not installed: {error}") from error
    except Exception as error:  # Task files and the data library raise anything; the cause stays chained.
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(f"the benchmarks {names} cannot be loaded: {first}") from error


def question_of(task: Any, doc: Mapping[str, Any]) -> str:
    """The question of a problem as a person reads it, without the task's prompt around it where that can be seen.

    A task that says what to compare (`doc_to_decontamination_query`) is asked; else it is the `question` column, else
    the prompt.
    """
    if task.config.should_decontaminate and task.config.doc_to_decontamination_query:
        return str(task.doc_to_decontamination_query(doc))
    question = doc.get("question")
    return question if isinstance(question, str) else str(task.doc_to_text(doc))
