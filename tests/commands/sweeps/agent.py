"""What W&B's agent does with a sweep file, by its own code: the command line of a run."""

from pathlib import Path
from typing import Any

import yaml


def load(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def command_line(sweep: dict[str, Any], values: dict[str, Any]) -> list[str]:
    """As `Agent._command_run` of wandb 0.31 puts it together."""
    from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args

    arguments = create_sweep_command_args({"args": {key: {"value": value} for key, value in values.items()}})
    arguments |= {"interpreter": ["python"], "program": [sweep["program"]], "env": ["/usr/bin/env"]}
    words: list[str] = []
    for word in create_sweep_command(list(sweep["command"])):
        is_macro = word.startswith("${") and word.endswith("}")
        words += (arguments.get(word[2:-1]) or []) if is_macro else [word]
    return words


def draw(sweep: dict[str, Any], number: int) -> dict[str, Any]:
    """Values of a run: of listed ones the `number`th, of ranges one end or the other."""
    found = {}
    for key, parameter in sweep["parameters"].items():
        values = parameter.get("values") or [parameter["min"], parameter["max"]]
        found[key] = values[number % len(values)]
    return found
