"""The one way from a composed configuration to the typed `Config`: complete, checked, or `ConfigError`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crescent.config.arms import arms
from crescent.config.check import Mistake, read, touches
from crescent.config.rules import broken_rules
from crescent.config.schema import Config
from crescent.errors import ConfigError

if TYPE_CHECKING:
    from omegaconf import DictConfig


def to_config(composed: "DictConfig | Mapping[str, Any]") -> Config:
    """Check a composed configuration (or plain nested values) and build it.

    Raises `ConfigError` with every mistake: unknown keys, wrong types, broken bounds and cross-field rules.
    """
    config, mistakes = examine(plain_values(composed))
    if mistakes:
        raise ConfigError([mistake.text for mistake in mistakes])
    return config


def examine(values: Mapping[Any, Any]) -> tuple[Config, list[Mistake]]:
    """The configuration and all its mistakes. A rule stays silent about keys that are wrong already."""
    config, mistakes = read(values)
    wrong = {key for mistake in mistakes for key in mistake.keys}
    mistakes += [mistake for mistake in broken_rules(config) if not touches(mistake.keys, wrong)]
    # An arm repeats what is wrong with the configuration it is an arm of.
    return config, mistakes or arms(config)[1]


def plain_values(composed: "DictConfig | Mapping[str, Any]") -> dict[Any, Any]:
    """Nested dicts with interpolations resolved, without Hydra's own section."""
    from omegaconf import OmegaConf

    values = OmegaConf.to_container(composed, resolve=True) if OmegaConf.is_config(composed) else dict(composed)
    if not isinstance(values, dict):
        raise ConfigError(["the configuration is no mapping of keys to values"])
    values.pop("hydra", None)
    return values
