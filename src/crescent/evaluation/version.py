"""Which version of a benchmark it is, by content: results are kept per checkpoint and version of the task."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crescent.evaluation.local_data import split_files
from crescent.evaluation.task_file import read_task, sources
from crescent.evaluation.tasks import find_task, members, tagged
from crescent.run.atomic import digest, file_digest


@cache
def task_version(name: str, folder: str | None = None) -> str:
    """Digest of all that decides what the task `name` measures, as far as it is on this machine.

    That is the version of lm-evaluation-harness, the task's YAML files and functions, those of a group's members, and
    the data: of the local `folder` in place of the task's own, or the files that the task itself names. Data on the
    hub stand there by their name. Imports no model library.
    """
    path = find_task(name)
    files = dict.fromkeys(_files(path)) if path else {}
    if path is not None and folder is not None:
        files |= dict.fromkeys(split_files(read_task(path), Path(folder)).values())
    lines = [f"lm-eval {version('lm-eval')}", name, *(f"{file.name} {file_digest(file)}" for file in files)]
    return digest("\n".join(lines).encode())


def _files(path: Path) -> Iterator[Path]:
    yield from sources(path)
    config = read_task(path)
    for member in members(config) if "group" in config else []:
        found = find_task(member)
        for file in [found] if found else tagged(member):
            yield from _files(file)
    for text in _texts(config.get("dataset_kwargs")):
        places = (path.parent / text, path.parent / "data" / text)
        yield from (place for place in places if place.is_file())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
