"""`python -m crescent check-sweep FILE...`: what is wrong with W&B sweep files, before a sweep exists."""

from collections.abc import Sequence
from pathlib import Path

from crescent.commands.sweeps.check import Checked, check
from crescent.errors import ConfigError


def check_sweep(files: Sequence[str]) -> int:
    """Print one line per good file. Returns the exit code.

    Raises:
        ConfigError: names every mistake in every file.
    """
    if not files:
        raise ConfigError(["check-sweep: name at least one sweep file, as in: crescent check-sweep sweeps/votes.yaml"])
    mistakes: list[str] = []
    for name in files:
        checked = check(Path(name))
        mistakes += [f"{name}: {mistake}" for mistake in checked.mistakes]
        if not checked.mistakes:
            print(_shown(name, checked))
    if mistakes:
        raise ConfigError(mistakes)
    return 0


def _shown(name: str, checked: Checked) -> str:
    return f"{name}: good, {checked.size}; a run of it: {' '.join(checked.example)}"
