"""Where a run lives: the folder follows from the configuration, so the same command goes on with the same run."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from crescent.config.schema import Config

WITHOUT_EFFECT = (
    "experiment",
    "name",
    "seed",
    "output_dir",
    "run_dir",
    "stage",
    "executor",
    "trainer",
    "tracking",
    "plan",
    "export",
    "backend.batch_size",
    "backend.url",
    "backend.key_variable",
    "backend.timeout",
    "backend.retries",
    "backend.pause",
    "backend.gpu_memory",
    "backend.tensor_parallel",
    "evaluation.batch_size",
    "evaluation.isolated",
    "claim.repeats",
)
"""Keys, with all below them, that change no result or stand in the folder's name already."""

SAMPLED = tuple(f"voting.{key}" for key in ("samples", "sampling", "prompt", "adaptive", "confidence", "step"))
"""Keys of `voting` that decide which solutions there are; the others are rules that `stage=vote` applies anew."""

LONGEST = 120
"""Longest part of a folder's name that overrides may take, in characters."""


def run_folder(config: Config, overrides: Sequence[str]) -> Path:
    """`output_dir/NAME-seedSEED` and the overrides that change results, sorted: `nano-seed1,dedup=exact,rounds=3`.

    `config.run_dir` wins when it is given. With `stage=vote` the rules of voting are left out, so the run's own command
    with other rules finds the run. Overrides that are longer than 120 characters are replaced by a digest;
    a value with characters that do not belong into a file name is cleaned, and a digest keeps it distinct.
    """
    if config.run_dir is not None:
        return Path(config.run_dir)
    values: dict[str, str] = {}
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        is_rule = key.startswith("voting.") and not below(key, SAMPLED)
        if not below(key, WITHOUT_EFFECT) and not (config.stage == "vote" and is_rule):
            values[key] = _canonical(value)
    return Path(config.output_dir) / (_clean(f"{config.name}-seed{config.seed}") + _suffix(values))


def below(key: str, names: Sequence[str]) -> bool:
    """Whether a dotted key is one of `names` or lies below one."""
    return any(key == name or key.startswith(f"{name}.") for name in names)


def _suffix(values: Mapping[str, str]) -> str:
    text = "".join(f",{key}={values[key]}" for key in sorted(values))
    clean = _clean(text)
    if len(clean) > LONGEST:
        return "," + _digest(text)
    return clean


def _canonical(value: str) -> str:
    """One text for one number: `1e-3` and `0.001` are the same override."""
    return f"{float(value):.15g}" if re.fullmatch(r"[-+]?(\d+\.\d*|\.?\d+)(e[-+]?\d+)?", value, re.I) else value


def _clean(text: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9._=,+-]", "_", text)
    return clean if clean == text else f"{clean}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
