"""Which version of a benchmark it is, by content: results are kept per checkpoint and version of the task."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import crescent
from crescent.evaluation.local_data import split_files
from crescent.evaluation.task_file import read_task, sources
from crescent.evaluation.tasks import find_task, members, tagged
from crescent.runs.atomic import digest, file_digest

PACKAGE = Path(crescent.__file__).parent


@cache
def task_version(name: str, folder: str | None = None) -> str:
    """Digest of all that decides what the task `name` measures, as far as it is on this machine.

    That is the version of lm-evaluation-harness, the task's YAML files and functions, the parts of this package that
    they import, those of a group's members, and the data: of the local `folder` in place of the task's own, or the
    files that the task itself names. Data on the hub stand there by their name. Imports no model library.
    """
    path = find_task(name)
    files = dict.fromkeys(_files(path)) if path else {}
    if path is not None and folder is not None:
        files |= dict.fromkeys(split_files(read_task(path), Path(folder)).values())
    lines = [f"lm-eval {version('lm-eval')}", name, *(f"{file.name} {file_digest(file)}" for file in files)]
    if any(file.is_relative_to(PACKAGE / "voting") for file in files):
        lines.append(f"math-verify {_math_verify()}")
    return digest("\n".join(lines).encode())


def _files(path: Path) -> Iterator[Path]:
    for source in sources(path):
        yield source
        if source.suffix == ".py":
            yield from _parts(source)
    config = read_task(path)
    for member in members(config) if "group" in config else []:
        found = find_task(member)
        for file in [found] if found else tagged(member):
            yield from _files(file)
    for text in _texts(config.get("dataset_kwargs")):
        places = (path.parent / text, path.parent / "data" / text)
        yield from (place for place in places if place.is_file())


def _parts(source: Path) -> Iterator[Path]:
    """The files of the parts of this package that a task's code imports: what grades, or what writes the problems."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        for part in (PACKAGE / name.split(".")[1] for name in modules if name.startswith("crescent.")):
            yield from sorted(part.rglob("*.py"))
            if (file := part.with_suffix(".py")).is_file():
                yield file


def _math_verify() -> str:
    """The optional package that takes part where formulas are compared."""
    try:
        return version("math-verify")
    except PackageNotFoundError:
        return "none"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
