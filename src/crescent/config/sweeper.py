"""Hydra's Optuna sweeper: what it needs, and how it is recognised."""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

CHOICE = "hydra/sweeper=tpe"
PLUGIN = "hydra_plugins.hydra_optuna_sweeper"


def mistakes(overrides: Iterable[str], multirun: bool) -> list[str]:
    """What keeps `hydra/sweeper=tpe` from working, if it is among the overrides."""
    words = list(overrides)
    if CHOICE not in words:
        return []
    found = [] if multirun else [f"{CHOICE}: draws several runs: add -m"]
    if not _installed():
        found.append(f"{CHOICE} needs the package `hydra-optuna-sweeper`: pip install 'crescent[optuna]'")
    if not any("," in word.partition("=")[2] for word in words):
        found.append(
            f"{CHOICE}: nothing to choose from; give a key a range, as in 'voting.min_agreement=interval(0.2,0.9)'"
        )
    return found


def draws(sweeper: Any) -> bool:
    """Whether a composed `hydra.sweeper` learns from what the runs return."""
    return str(sweeper.get("_target_", "")).startswith(PLUGIN)


def _installed() -> bool:
    try:
        return find_spec(PLUGIN) is not None and find_spec("optuna") is not None
    except ModuleNotFoundError:
        return False
