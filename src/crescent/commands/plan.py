"""`plan=true`: print what the run would take and what stands in its way, and write `plan.json`. Nothing is run."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.commands.checks import check, check_model_of, models
from crescent.config.schema import Config
from crescent.config.schema.training import CHECKPOINTS_KEPT
from crescent.errors import ConfigError, CrescentError
from crescent.loop.overlap import check_labelled
from crescent.models.locate import is_cached, locate
from crescent.plan.estimate import FILE, Estimate, Plan, estimate
from crescent.plan.hardware import hardware
from crescent.plan.sources import brought
from crescent.plan.workload import asked as texts_asked
from crescent.reporting.report.numbers import count, duration, fixed
from crescent.runs.folder import write_json

if TYPE_CHECKING:
    from rich.console import Console


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
    found += [_questions(config), _data(config), _disk(folder, plan)]
    if config.audit.data is not None:
        found.append(_labelled(config))
    if plan.checkpoint is not None:
        found.append(_checkpoints(config, plan.checkpoint))
    return [*found, _memory(plan)]


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


def _questions(config: Config) -> Finding:
    """Whether the waves suffice for the target, of which the rules know only that it is not impossible."""
    asked, questions, share = texts_asked(config), config.questions, config.plan.new
    most = round(questions.max_waves * questions.wave_size * share)
    turns = brought(config).turns
    text = f"{asked:,} asked for, questions.target={questions.target}"
    if turns * share < questions.target * config.rounds and turns < most * config.rounds:
        text += f" (source.use={config.source['use']} has {turns:,} for all rounds)"
    if questions.target > most:
        text = f"questions.max_waves={questions.max_waves} bring {most:,} of questions.target={questions.target}"
    return Finding("questions", questions.target <= most, f"{text}, if {share:.0%} are accepted (plan.new)")


def _data(config: Config) -> Finding:
    try:
        check(config)
    except ConfigError as error:
        return Finding("benchmarks and settings", False, "; ".join(error.mistakes))
    return Finding("benchmarks and settings", True, "their data can be had")


def _labelled(config: Config) -> Finding:
    try:
        check_labelled(config)
    except CrescentError as error:
        return Finding("labelled questions", False, str(error))
    return Finding("labelled questions", True, f"{config.audit.data} can be read, and is not among the benchmarks")


def _disk(folder: Path, plan: Plan) -> Finding:
    place = next(parent for parent in folder.resolve().parents if parent.is_dir())
    free = shutil.disk_usage(place).free / 1e9
    return Finding("disk", free > plan.disk, f"{plan.disk:,.1f} GB will be written, {free:,.0f} GB are free")


def _checkpoints(config: Config, size: float) -> Finding:
    how_often = (
        f"every {config.training.checkpoint_minutes:g} minutes" if config.training.checkpoint_minutes else "a step"
    )
    kept = f"{CHECKPOINTS_KEPT} are kept, and one more while it is written"
    text = f"{size:,.3g} GB each, one {how_often} of a training; {kept}"
    return Finding("checkpoints", None, text)


def _memory(plan: Plan) -> Finding:
    if plan.memory is None:
        return Finding("memory", None, "the model's sizes are not known: give model.shape")
    enough = plan.memory <= plan.hardware.memory
    tip = "" if enough else ": try training=lora, smaller micro-batches, or several devices"
    return Finding("memory", enough, f"{plan.memory:,.1f} GB of {plan.hardware.memory:,.0f} GB per device{tip}")


HEADS = ("stage", "texts", "tokens read", "tokens written", "batch", "time", "memory")
MARKS = {True: "ok", False: "NOT OK", None: "note"}


def plan(config: Config, folder: Path, console: "Console | None" = None) -> int:
    """Plan `config`. Returns the exit code: 0, also when the review found what would stop the run.

    `plan.json` goes beside the folder the run would have, for a run that was not started has none.

    Raises:
        ConfigError: no such hardware.
    """
    from rich.console import Console

    made = estimate(config, folder, hardware(config.plan.hardware, config.trainer))
    findings = review(config, folder, made)
    file = folder.with_name(f"{folder.name}.{FILE}")
    write_json(file, {"name": config.name, **made.content(), "checks": [asdict(finding) for finding in findings]})
    console = console or Console()
    _print(made, findings, console)
    console.print(f"Written: {file}", highlight=False, soft_wrap=True)
    return 0


def _print(made: Plan, findings: Sequence[Finding], console: "Console") -> None:
    from rich.table import Table

    rows = [_cells(stage) for stage in made.stages]
    if console.is_terminal:
        table = Table(*HEADS)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    else:
        widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
        for row in (HEADS, *rows):
            console.print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), soft_wrap=True)
    left = duration(made.seconds) if made.seconds is not None else "an unknown time"
    where = f"{made.hardware.name} ({made.hardware.memory:.0f} GB, {made.hardware.flops:.3g} TFLOP/s)"
    message = (
        f"About {left} on {where}; an estimate, see docs/plan.md." if made.seconds != 0 else "Every stage is finished."
    )
    console.print(message, highlight=False, soft_wrap=True)
    for finding in findings:
        line = f"{MARKS[finding.ok]:<6}  {finding.what}: {finding.text}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _cells(stage: Estimate) -> tuple[str, ...]:
    work, cost = stage.work, stage.cost
    if stage.finished is not None:
        time = f"done ({duration(stage.finished)})"
    else:
        time = duration(cost.seconds) if cost else "unknown"
    return (
        work.stage,
        count(work.sequences),
        count(work.read),
        count(work.new),
        count(cost.batch) if cost and work.new else "",
        time,
        f"{fixed(cost.memory)} GB" if cost else "unknown",
    )
