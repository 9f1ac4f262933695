"""Tasks whose problems are drawn from a seed: `NAME@SEED` is the task NAME with the problems of another seed.

The seed is part of the name, so that it stands in the configuration, in the specification of every stage, in results
and in reports, and two seeds of one task may be measured side by side: one to decide by, another to report.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_NAME = re.compile(r"(.+)@(\d{1,18})")


def parted(name: str) -> tuple[str, int | None]:
    """The name of the task, and the seed that stands behind it."""
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, None)


def own_seed(config: Mapping[str, Any]) -> int | None:
    """The seed that a task is drawn from unless another is named; None: its problems are given."""
    seed = (config.get("dataset_kwargs") or {}).get("seed")
    return seed if isinstance(seed, int) and "custom_dataset" in config else None


def write_seeded(original: Path, config: Mapping[str, Any], seed: int, into: Path) -> tuple[str, Path]:
    """Write the task with another seed into the folder `into`; its name and its YAML file."""
    name = f"{config['task']}@{seed}"
    lines = {"include": str(original), "task": name, "dataset_kwargs": {**config["dataset_kwargs"], "seed": seed}}
    target = into / f"{name}.yaml"
    target.write_text(yaml.safe_dump(lines, sort_keys=False), encoding="utf-8")
    return name, target
