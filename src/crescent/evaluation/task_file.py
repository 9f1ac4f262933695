"""Reading a task's YAML file without lm-evaluation-harness: no torch, no `datasets`, no code of the task is run."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


class Function(str):
    """A `!function module.name` of a task file: the module's path and the name, not imported."""

    @property
    def module(self) -> Path:
        """The Python file beside the task that defines the function; it may not exist."""
        return Path(self.rpartition(".")[0] + ".py")


@cache
def read_task(path: Path) -> dict[str, Any]:
    """The task at `path` with its `include`s merged in, nearest last, as lm-evaluation-harness merges them.

    Raises OSError or yaml.YAMLError.
    """
    config = yaml.load(path.read_bytes(), Loader=_loader(path.parent))
    if not isinstance(config, dict):
        raise yaml.YAMLError(f"{path}: a task file is a mapping")
    includes = config.pop("include", [])
    merged: dict[str, Any] = {}
    for include in includes if isinstance(includes, list) else [includes]:
        merged |= read_task(path.parent / include)
    return merged | config


def sources(path: Path) -> list[Path]:
    """The task file, the files it includes, and the Python files beside them that its functions come from."""
    config = yaml.load(path.read_bytes(), Loader=_loader(path.parent))
    includes = config.get("include", [])
    found = [path, *(function.module for function in functions(config) if function.module.is_file())]
    for include in includes if isinstance(includes, list) else [includes]:
        found += sources(path.parent / include)
    return list(dict.fromkeys(found))


def functions(value: Any) -> list[Function]:
    """Every `!function` anywhere in a task's configuration."""
    if isinstance(value, Function):
        return [value]
    if isinstance(value, dict):
        return [function for inner in value.values() for function in functions(inner)]
    if isinstance(value, list):
        return [function for inner in value for function in functions(inner)]
    return []


def _loader(folder: Path) -> type[yaml.SafeLoader]:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda _, node: Function(folder / str(node.value)))
    return Loader
