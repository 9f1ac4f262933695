"""Finding benchmarks by name, and everything that can be wrong with one before a model is loaded."""

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crescent.evaluation.local_data import check_folder
from crescent.evaluation.packages import missing_dataset, missing_packages
from crescent.evaluation.seeded import own_seed, parted
from crescent.evaluation.task_file import functions, read_task

OWN = Path(__file__).with_name("tasks")

FILE_FORMATS = ("json", "csv", "parquet", "arrow", "text")
"""Values of `dataset_path` that mean files instead of a dataset on the hub."""

_NAME = re.compile(r"""^["']?(?:task|group)["']?:[ ]*["']?([^\s"'\[{#]+)["']?[ ]*(?:\#.*)?$""", re.MULTILINE)
_EXECUTION = re.compile(r"\bexec\(|code_eval")


@cache
def own_tasks() -> dict[str, Path]:
    """The tasks of this package by name."""
    return _scan(OWN)


@cache
def harness_tasks() -> dict[str, Path]:
    """Tasks and groups of lm-evaluation-harness by name, without importing it.

    Its own registry parses some 14,000 files, in seconds; here only their `task:` and `group:` lines are read.
    """
    spec = importlib.util.find_spec("lm_eval")
    folders = spec.submodule_search_locations if spec else None
    return _scan(Path(folders[0]) / "tasks") if folders else {}


def find_task(name: str) -> Path | None:
    """The YAML file of a task or group, ours before the harness's; None when nobody has it.

    A name that ends in `.yaml` is a task file of the user's own; a seed behind the name (`seeded`) does not count.
    """
    name, _ = parted(name)
    if name.endswith(".yaml"):
        return Path(name).resolve() if Path(name).is_file() else None
    return own_tasks().get(name) or harness_tasks().get(name)


def check_tasks(names: Sequence[str], local_data: Mapping[str, str], num_fewshot: int | None = None) -> list[str]:
    """Everything wrong with the benchmarks of a configuration, one line each, before anything is run.

    Args:
        names: `evaluation.tasks` and `evaluation.dev_task`.
        local_data: `evaluation.local_data`, a folder for each task that takes its problems from there.
        num_fewshot: `evaluation.num_fewshot`; None leaves it to the task.
    """
    mistakes = [
        f"evaluation.local_data.{name}: the task {name} is not evaluated" for name in local_data if name not in names
    ]
    drawn: dict[tuple[Path, int], str] = {}
    for name in dict.fromkeys(names):
        path = find_task(name)
        if path is None:
            what = "task file" if name.endswith(".yaml") else "benchmark"
            mistakes.append(f"{name}: no such {what}{_nearest(name)}")
            continue
        try:
            config = read_task(path)
        except (OSError, yaml.YAMLError) as error:
            mistakes.append(f"{name}: its task file cannot be read: {error}")
            continue
        mistakes += _check_seed(name, path, config, drawn)
        if name in local_data and parted(name)[1] is not None:
            mistakes.append(f"evaluation.local_data.{name}: what is drawn from a seed has no data; name one of the two")
        mistakes += _check(name, config, local_data.get(name), num_fewshot)
    return mistakes


def check_sampled(task: str) -> list[str]:
    """What keeps `evaluation.samples` from sampling solutions of the dev task."""
    path = find_task(task) if task else None
    if not task:
        return ["evaluation.samples: there is no evaluation.dev_task to sample solutions of; name one, or set null"]
    if path is None:
        return []  # `check_tasks` says so.
    config = read_task(path)
    if "group" in config or config.get("output_type", "generate_until") != "generate_until":
        return [
            f"evaluation.samples: {task} asks for no text that could be sampled; take another dev task, or set null"
        ]
    return []


def members(config: Mapping[str, Any]) -> list[str]:
    """The names of a group's direct members."""
    listed = config["task"] if isinstance(config["task"], list) else [config["task"]]
    return [str(item if isinstance(item, str) else item.get("task") or item.get("group")) for item in listed]


def _check(name: str, config: Mapping[str, Any], folder: str | None, num_fewshot: int | None) -> Iterator[str]:
    is_group = "group" in config
    if is_group and not config.get("aggregate_metric_list"):
        yield f"{name}: a group of benchmarks without a figure of its own; name its members: {_listed(config)}"
        return
    found = list(leaves(config))
    if any(_runs_code(leaf) for leaf in found):
        yield f"{name}: executes code that the model writes, which is refused: nothing isolates it from this machine"
        return
    files = {function.module for leaf in found for function in functions(dict(leaf)) if function.module.is_file()}
    for package in missing_packages(sorted(files)):
        yield f"{name}: its code needs the package `{package}`, which is not installed"
    if folder is None:
        hint = "" if is_group else f"; for your own copy set evaluation.local_data.{name} to its folder"
        for dataset in dict.fromkeys(str(leaf["dataset_path"]) for leaf in found if _on_hub(leaf)):
            if (problem := missing_dataset(dataset)) is not None:
                yield f"{name}: {problem}{hint}"
    elif is_group:
        yield f"evaluation.local_data.{name}: a group has no data of its own; name its members as tasks"
    else:
        yield from check_folder(name, config, Path(folder), num_fewshot)


def _check_seed(name: str, path: Path, config: Mapping[str, Any], drawn: dict[tuple[Path, int], str]) -> Iterator[str]:
    """`drawn` collects what was drawn from which seed."""
    (base, seed), own = parted(name), own_seed(config)
    if own is None:
        if seed is not None:
            yield f"{name}: the problems of {base} are not drawn from a seed; name it without @{seed}"
        return
    same = drawn.setdefault((path, own if seed is None else seed), name)
    if same != name:
        yield f"{name}: these are the problems of {same}; name another seed, as in {base}@{own + 1}"


def leaves(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A task's configuration itself, or those of all tasks below a group."""
    if "group" not in config:
        yield config
        return
    for member in members(config):
        path = find_task(member)
        for file in [path] if path else tagged(member):
            yield from leaves(read_task(file))


@cache
def tagged(tag: str) -> list[Path]:
    """The files of the tasks that carry a tag, which a group may list like a task."""
    word = re.compile(rf"\b{re.escape(tag)}\b")
    files = dict.fromkeys(harness_tasks().values())
    named = [path for path in files if word.search(path.read_text(encoding="utf-8", errors="replace"))]
    return [path for path in named if tag in _tags(read_task(path))]


def _tags(config: Mapping[str, Any]) -> list[str]:
    tags = config.get("tag") or []
    return tags if isinstance(tags, list) else [tags]


def _runs_code(config: Mapping[str, Any]) -> bool:
    sources = {function.module for function in functions(dict(config))}
    return bool(config.get("unsafe_code")) or any(
        _EXECUTION.search(source.read_text(encoding="utf-8")) for source in sources if source.is_file()
    )


def _on_hub(config: Mapping[str, Any]) -> bool:
    path = config.get("dataset_path")
    return bool(path) and "custom_dataset" not in config and path not in FILE_FORMATS and not Path(str(path)).exists()


def _scan(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.yaml")):
        for name in _NAME.findall(path.read_text(encoding="utf-8", errors="replace")):
            found.setdefault(name, path)
    return found


def _nearest(name: str) -> str:
    names: Iterable[str] = [*own_tasks(), *harness_tasks()]
    close = get_close_matches(name, names, 3, 0.7) or sorted(other for other in names if other.startswith(name))[:3]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _listed(config: Mapping[str, Any]) -> str:
    names = members(config)
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
