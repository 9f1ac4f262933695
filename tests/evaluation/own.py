"""The code of our task files, which the harness loads by its place and not as a part of the package."""

import importlib.util
from types import ModuleType

from crescent.evaluation.tasks import OWN


def code_of(folder: str, name: str) -> ModuleType:
    """The module `tasks/FOLDER/NAME.py`."""
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", OWN / folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
