"""Where a run lives: the folder follows from the configuration, so the same command goes on with the same run."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crescent.config.defaults import Compose, Defaults, defaults
from crescent.config.effects import is_rule, may_change
from crescent.config.schema import Config

ALREADY_NAMED = ("name", "seed")
"""Keys that every folder's name begins with."""

LONGEST = 120
"""Longest part of a folder's name that says what is unusual, in characters."""


def run_folder(config: Config, overrides: Sequence[str], compose: Compose) -> Path:
    """`output_dir/NAME-seedSEED` and what makes the results other than the experiment's own: `nano-seed1,dedup=exact`.

    That is worked out from the configuration, not from the words of the command: each choice of a group that makes a
    difference, then each key that differs from what experiment and choices make without it. So a value that would be
    there anyway changes nothing, nor does a key that decides no result, and `rounds`, which may grow.

    `config.run_dir` wins when it is given. With `stage=vote` the rules of voting are left out, so the run's own command
    with other rules finds the run. What is longer than 120 characters is replaced by a digest; a value with characters
    that do not belong into a file name is cleaned, and a digest keeps it distinct.
    """
    if config.run_dir is not None:
        return Path(config.run_dir)
    values: dict[str, str] = {}
    if any(_counts(override, config.stage) for override in overrides):
        usual = defaults(overrides, compose)
        values = usual.choices | _unusual(config, usual)
    return Path(config.output_dir) / (_clean(f"{config.name}-seed{config.seed}") + _suffix(values))


def _counts(override: str, stage: str) -> bool:
    """Whether an override may make a difference; if none does, nothing has to be composed to find out."""
    key = override.lstrip("+~").partition("=")[0]
    return key != "experiment" and _is_named(key, stage)


def _is_named(key: str, stage: str) -> bool:
    return not may_change(key) and key not in ALREADY_NAMED and not (stage == "vote" and is_rule(key))


def _unusual(config: Config, usual: Defaults) -> dict[str, str]:
    changed = _differences(asdict(config), usual.values)
    return {key: _text(value) for key, value in changed if _is_named(key, config.stage)}


def _differences(here: Mapping[str, Any], there: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted key and value of everything that is not the same `there`; what is missing `here` is None."""
    for name in dict.fromkeys((*here, *there)):
        value, other = here.get(name), there.get(name)
        if isinstance(value, Mapping) and value:
            yield from _differences(value, other if isinstance(other, Mapping) else {}, f"{prefix}{name}.")
        elif value != other:
            yield prefix + name, value


def _text(value: Any) -> str:
    """A value as the command line has it; one text for one number, `1e-3` or `0.001`."""
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _suffix(values: Mapping[str, str]) -> str:
    text = "".join(f",{key}={values[key]}" for key in sorted(values))
    clean = _clean(text)
    if len(clean) > LONGEST:
        return "," + _digest(text)
    return clean


def _clean(text: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9._=,+-]", "_", text)
    return clean if clean == text else f"{clean}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
