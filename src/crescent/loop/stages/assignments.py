"""What rank 0, which alone knows the pool, has the other ranks generate with it: a file per request, in turn."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.schema import Sampling
from crescent.generation.request import Continuation, Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.predict import generate
from crescent.runs.atomic import publish
from crescent.runs.manifest import Manifest
from crescent.runs.stage import Stage
from crescent.runs.waiting import wait_for


class Assignment(msgspec.Struct):
    """Requests whose shards of `kind` all ranks make together."""

    kind: str
    requests: list[Request]


def assign(context: Context, number: int, assignment: Assignment) -> None:
    """Publish the assignment with this number, counted from 1 in every start: they are followed one after another."""
    publish(_place(context, number), msgspec.json.encode(assignment))


def follow_assignments(context: Context, stage: Stage, model: ModelRef, sampling: Sampling) -> Manifest:
    """The part of ranks other than 0: their share of every generation, until the stage is finished."""
    number = 1

    def look() -> tuple[Manifest | None, Assignment | None] | None:
        manifest, assignment = stage.finished(), _read(_place(context, number))
        return (manifest, assignment) if manifest or assignment else None

    while True:
        manifest, assignment = wait_for(look)
        if manifest is not None:
            return manifest
        if assignment is not None:
            generate(
                context, stage, assignment.kind, ref=model, requests=assignment.requests, sampling=sampling, title=""
            )
            number += 1


def clear_assignments(context: Context) -> None:
    """Remove all assignments, once the stage is finished."""
    if context.world_size > 1:
        shutil.rmtree(_place(context, 1).parent, ignore_errors=True)


def _read(path: Path) -> Assignment | None:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Read)
    except FileNotFoundError:
        return None
    kinds = ((each, Continuation if "ids" in each else Request) for each in found.requests)
    return Assignment(found.kind, [msgspec.convert(each, kind) for each, kind in kinds])


class _Read(msgspec.Struct):
    """An assignment as it lies on disk: which kind a request is shows when it is looked at."""

    kind: str
    requests: list[dict[str, Any]]


def _place(context: Context, number: int) -> Path:
    return context.exchange / "assignments" / f"{number}.json"
