"""The plan itself: every stage with what it reads, writes, takes and needs, and which of them are finished already."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crescent.config.schema import Config, Model
from crescent.config.schema.training import CHECKPOINTS_KEPT
from crescent.loop.outlook import PLANNED
from crescent.loop.stages.table import ANSWERS, QUESTIONS
from crescent.models.shape import Sizes, sizes
from crescent.plan.cost import BYTES, Cost, cost, trained_weights
from crescent.plan.hardware import Hardware, hardware
from crescent.plan.workload import Work, workload
from crescent.runs.folder import read_json, write_json
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from crescent.runs.names import round_folder

FILE = PLANNED
ROW_BYTES = 6
"""On disk per generated token: its text and its share of the row around it."""
CHECKPOINT_BYTES = 12
"""Per trained weight while a training runs: the weight and AdamW's two moments."""


@dataclass(frozen=True)
class Estimate:
    """One stage. `seconds` and `memory` are None where the model's sizes are not known; `finished`: seconds it took."""

    work: Work
    cost: Cost | None
    finished: float | None

    def row(self) -> dict[str, Any]:
        """For `plan.json`."""
        work = self.work
        return {
            "stage": work.stage,
            "model": work.model.name,
            "sequences": work.sequences,
            "read_tokens": work.read,
            "new_tokens": work.new,
            "batch": self.cost.batch if self.cost else None,
            "seconds": round(self.cost.seconds, 1) if self.cost else None,
            "memory_gb": round(self.cost.memory, 2) if self.cost else None,
            "finished_in": self.finished,
        }


@dataclass(frozen=True)
class Plan:
    """All stages on one machine. `disk` in GB, of what is not written yet, the models still to be fetched included.

    `checkpoint`: GB of one, None where none is to come, or the model's sizes are not known.
    """

    hardware: Hardware
    stages: list[Estimate]
    disk: float
    checkpoint: float | None

    @property
    def seconds(self) -> float | None:
        """Of all stages that are not finished, None where one is not known."""
        left = [stage.cost.seconds if stage.cost else None for stage in self.stages if stage.finished is None]
        return None if None in left else sum(seconds for seconds in left if seconds is not None)

    @property
    def memory(self) -> float | None:
        """The largest of any stage, on one device, in GB."""
        known = [stage.cost.memory for stage in self.stages if stage.cost]
        return max(known, default=None)

    def content(self) -> dict[str, Any]:
        """For `plan.json`."""
        return {
            "hardware": asdict(self.hardware),
            "stages": [stage.row() for stage in self.stages],
            "seconds_left": self.seconds,
            "memory_gb": self.memory,
            "disk_gb": round(self.disk, 2),
            "checkpoint_gb": round(self.checkpoint, 2) if self.checkpoint is not None else None,
        }


def estimate(config: Config, folder: Path, machine: Hardware) -> Plan:
    """The plan of `config` on `machine`; what `folder` holds already is finished."""
    known = {id(model): sizes(model) for model in (config.model, config.student) if model is not None}
    stages = [_stage(work, known[id(work.model)], config, folder, machine) for work in workload(config)]
    checkpoint = _checkpoint(stages, known, config)
    return Plan(
        machine, stages, _disk(stages, known, config) + (CHECKPOINTS_KEPT + 1) * (checkpoint or 0.0), checkpoint
    )


def expect(config: Config, folder: Path) -> None:
    """Note at a run's first start, or when it has grown, what it will take on this machine: `plan.json`, kept as it is.

    The run's report holds it against what it took.
    """
    noted = read_json(folder / FILE)
    stages = [work.stage for work in workload(config)]
    if noted is None or [row["stage"] for row in noted["stages"]] != stages:
        write_json(folder / FILE, estimate(config, folder, hardware(None, config.trainer)).content())


def _stage(work: Work, known: Sizes | None, config: Config, folder: Path, machine: Hardware) -> Estimate:
    manifest = read_sealed(folder / work.stage / MANIFEST, Manifest)
    needed = cost(work, known, config, machine) if known else None
    if needed is not None and _is_there(config, work.stage):
        needed = replace(needed, seconds=0.0)
    return Estimate(work, needed, manifest.seconds if manifest else None)


def _is_there(config: Config, stage: str) -> bool:
    """Whether the stage is one of the first round that `from_run` has and that will be taken over."""
    sampled = stage in (f"{round_folder(1)}/{kind.name}" for kind in (QUESTIONS, ANSWERS))
    return config.from_run is not None and sampled and (Path(config.from_run) / stage / MANIFEST).is_file()


def _disk(stages: list[Estimate], known: dict[int, Sizes | None], config: Config) -> float:
    from crescent.models.locate import is_cached, locate

    total = 0.0
    for stage in stages:
        work, found = stage.work, known[id(stage.work.model)]
        if stage.finished is None:
            total += work.new * ROW_BYTES
            if work.kind == "train" and found:
                total += found.parameters * BYTES[work.model.dtype]
    for model in _models(config):
        found = known[id(model)]
        place = locate(model.path)
        if found and not Path(place).exists() and not is_cached(place, model.revision):
            total += found.parameters * BYTES["bfloat16"]
    return total / 1e9


def _checkpoint(stages: list[Estimate], known: dict[int, Sizes | None], config: Config) -> float | None:
    """GB of one checkpoint. While it is written, `CHECKPOINTS_KEPT` others are there."""
    found = known[id(config.student or config.model)]
    if found is None or all(stage.finished is not None for stage in stages if stage.work.kind == "train"):
        return None
    return trained_weights(found, config.training) * CHECKPOINT_BYTES / 1e9


def _models(config: Config) -> list[Model]:
    return [model for model in (config.model, config.student) if model is not None]


def accuracy(planned: Mapping[str, Any] | None, taken: Iterable[tuple[str, float]]) -> dict[str, Any] | None:
    """Estimated and used seconds per stage, and by which factor the sums differ (1: not at all); None without a plan.

    Stages that the plan or the run lacks are left out of both sums. `taken`: (stage, seconds) of finished stages.
    """
    if planned is None:
        return None
    expected = {row["stage"]: row["seconds"] for row in planned["stages"] if row["seconds"] is not None}
    stages = {
        stage: {"estimated_s": expected[stage], "used_s": used, "factor": factor(expected[stage], used)}
        for stage, used in taken
        if stage in expected
    }
    if not stages:
        return None
    estimated = sum(row["estimated_s"] for row in stages.values())
    used = sum(row["used_s"] for row in stages.values())
    return {
        "hardware": planned["hardware"]["name"],
        "estimated_s": round(estimated, 1),
        "used_s": round(used, 1),
        "plan_error_factor": factor(estimated, used),
        "stages": stages,
    }


def factor(estimated: float, used: float) -> float | None:
    """How many times the larger is the smaller; at least 1. None where one of them is nothing."""
    if estimated <= 0 or used <= 0:
        return None
    return round(max(estimated / used, used / estimated), 3)
