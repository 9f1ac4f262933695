"""Crescent: a language model improves its own reasoning with nothing from outside."""

import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# GNU's OpenMP, which computes for PyTorch, reads this once, when it is loaded; this package is imported before anything
# else in every process of a run. By default a thread that waits spins some 300,000 times before it sleeps: as soon as
# another program wants the cores, the threads of a run keep each other from working, and it slows down tenfold.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

if TYPE_CHECKING:
    from crescent.api import Results


def run(experiment: str | None = None, *choices: str, quiet: bool = False, **settings: Any) -> "Results":
    """Run an experiment to its end, or go on with it where it stood, and return what it made: see `crescent.api.run`.

    `crescent.run("nano_quick", seed=2)` is `python -m crescent +experiment=nano_quick seed=2`, in the same folder.
    """
    from crescent import api

    return api.run(experiment, *choices, quiet=quiet, **settings)


def open(folder: "str | os.PathLike[str]") -> "Results":
    """The run in a folder, finished or at work: see `crescent.api.Results`."""
    from crescent import api

    return api.open(folder)
