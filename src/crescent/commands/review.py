"""What stands in the way of a run, looked at before it starts: models, benchmarks, room on disk, memory."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from crescent.commands.checks import check, check_model_of, models
from crescent.config.schema import Config
from crescent.errors import ConfigError, CrescentError
from crescent.models.hub import is_cached
from crescent.models.locate import locate
from crescent.plan.estimate import Plan


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `ok` is None where it is worth knowing and no more."""

    what: str
    ok: bool | None
    text: str


def review(config: Config, folder: Path, plan: Plan) -> list[Finding]:
    """Everything that was looked at, in the order of a run."""
    found = [_model(config, key) for key in models(config)]
    found += [
        Finding(f"{key} licence", None if model.gated else True, _licence(model.licence, model.gated))
        for key, model in models(config).items()
        if model.licence
    ]
    return [*found, _data(config), _disk(folder, plan), _memory(plan)]


def _model(config: Config, key: str) -> Finding:
    model = models(config)[key]
    try:
        check_model_of(config, key)
    except CrescentError as error:
        return Finding(key, False, str(error))
    place = locate(model.path)
    where = "on this machine" if Path(place).exists() or is_cached(place, model.revision) else "on the hub"
    return Finding(key, True, f"{model.path} is {where}; its chat template and context hold")


def _licence(name: str, gated: bool) -> str:
    return f"{name}; the hub asks to accept it, and for a login" if gated else name


def _data(config: Config) -> Finding:
    try:
        check(config)
    except ConfigError as error:
        return Finding("benchmarks and settings", False, "; ".join(error.mistakes))
    return Finding("benchmarks and settings", True, "their data can be had")


def _disk(folder: Path, plan: Plan) -> Finding:
    place = next(parent for parent in folder.resolve().parents if parent.is_dir())
    free = shutil.disk_usage(place).free / 1e9
    return Finding("disk", free > plan.disk, f"{plan.disk:,.1f} GB will be written, {free:,.0f} GB are free")


def _memory(plan: Plan) -> Finding:
    if plan.memory is None:
        return Finding("memory", None, "the model's sizes are not known: give model.shape")
    enough = plan.memory <= plan.hardware.memory
    tip = "" if enough else ": try training=lora, smaller micro-batches, or several devices"
    return Finding("memory", enough, f"{plan.memory:,.1f} GB of {plan.hardware.memory:,.0f} GB per device{tip}")
