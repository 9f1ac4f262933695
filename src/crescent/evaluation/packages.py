"""Which packages the Python code of a benchmark needs, read from its files: nothing of it is run."""

import ast
import importlib.util
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TIMEOUT = 10.0
"""Seconds to wait for the hub."""


@cache
def missing_dataset(name: str) -> str | None:
    """Why the dataset `name` ("openai/gsm8k") cannot be loaded, or None. Asks the hub unless a copy is in its cache."""
    if _cached(name):
        return None
    if os.environ.get("HF_HUB_OFFLINE", "") in ("1", "true", "TRUE") or os.environ.get("HF_DATASETS_OFFLINE") == "1":
        return f"its data {name} is not on this machine, and HF_HUB_OFFLINE forbids to load it"
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        if HfApi().dataset_info(name, timeout=TIMEOUT).gated:  # What is gated is described to everybody.
            HfApi().auth_check(name, repo_type="dataset")
    except GatedRepoError:
        return (
            f"its data {name} is only for those who accepted its terms: accept them at {HfApi().endpoint}/datasets/"
            f"{name}, then log in (`hf auth login`, or HF_TOKEN)"
        )
    except RepositoryNotFoundError:
        return f"its data {name} is not on the hub"
    except Exception as error:  # Whatever the network stack raises, the data are out of reach.
        return f"its data {name} is not on this machine, and the hub cannot be reached ({type(error).__name__})"
    return None


def _cached(name: str) -> bool:
    from huggingface_hub import constants

    home = Path(constants.HF_HOME)
    datasets = Path(os.environ.get("HF_DATASETS_CACHE", home / "datasets"))
    copies = (
        datasets / name.replace("/", "___"),
        Path(constants.HF_HUB_CACHE) / f"datasets--{name.replace('/', '--')}",
    )
    return any(copy.is_dir() for copy in copies)


HARNESS = "lm_eval.tasks."


def missing_packages(files: list[Path]) -> list[str]:
    """The packages that the code imports when it is loaded and that are not installed, by name.

    Only what stands at the top of a file counts; imports that the code guards or puts off are its own affair.
    """
    seen: set[Path] = set()
    names = {name.partition(".")[0] for file in files for name in _imports(file, seen)}
    return sorted(name for name in names if importlib.util.find_spec(name) is None)


def _imports(file: Path, seen: set[Path]) -> Iterator[str]:
    if file in seen:
        return
    seen.add(file)
    for node in _parsed(file).body:
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            if module.startswith(HARNESS):
                if (inner := _harness_file(module)) is not None:
                    yield from _imports(inner, seen)
            elif not (file.parent / f"{module.partition('.')[0]}.py").is_file():
                yield module


def _harness_file(module: str) -> Path | None:
    spec = importlib.util.find_spec("lm_eval")
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders or [""]))).joinpath(*module.split(".")[1:]).with_suffix(".py")
    return path if path.is_file() else None


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
