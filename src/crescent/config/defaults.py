"""What a command would run without the values that it sets: what its experiment and its choices of files make alone.

A run's folder is named after the differences (`config/folder.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from crescent.config.check import read
from crescent.config.effects import deciding
from crescent.config.keys import find, section_type
from crescent.config.load import plain_values
from crescent.config.slots import SLOTS

if TYPE_CHECKING:
    from omegaconf import DictConfig

Compose = Callable[[list[str]], "DictConfig"]
"""Composes what choices of files make, such as `+experiment=nano` and `dedup=exact`."""


@dataclass(frozen=True)
class Defaults:
    """`choices`: group -> file, of those that make a difference. `values`: the configuration that they make."""

    choices: dict[str, str]
    values: dict[str, Any]


def defaults(overrides: Iterable[str], compose: Compose) -> Defaults:
    """The choices among `overrides` that make a difference to results, and what they make.

    A choice that the others, or the experiment, would bring anyway is left out. That is tried one after another, so of
    two choices that bring each other one stays.
    """
    chosen = {group: override for override in overrides if (group := _group(override))}
    values = _values(compose, chosen.values())
    for group in sorted(chosen.keys() - {"experiment"}):
        others = {other: override for other, override in chosen.items() if other != group}
        without = _values(compose, others.values())
        if deciding(without) == deciding(values):
            chosen, values = others, without
    return Defaults({group: text.partition("=")[2] for group, text in chosen.items() if group != "experiment"}, values)


def job_compose(hydra: Any) -> Compose:
    """Composes with the files of the job that Hydra is about to run; `hydra` is its own section of the job."""
    from hydra import compose

    name = str(hydra.job.config_name)
    return lambda choices: compose(name, choices)


def _group(override: str) -> str | None:
    """The group that the override chooses a file of, None where it gives a key its value."""
    key = override.lstrip("+~").partition("=")[0]
    found = find(key)
    is_group = "." not in key and (found is None or section_type(found[0]) is not None or key in SLOTS)
    return key if is_group else None


def _values(compose: Compose, choices: Iterable[str]) -> dict[str, Any]:
    """The values that these choices make, as the schema has them; a mistake in them was reported before."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    composed = compose(list(choices))
    try:
        values = plain_values(composed)
    except OmegaConfBaseException:  # a reference to what only the command gives
        values = cast("dict[str, Any]", OmegaConf.to_container(composed, resolve=False))
    config, _ = read(values)
    return asdict(config)
