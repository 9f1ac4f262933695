"""What stands behind the figures of a claim: every item's result, and the digests of models, pairs and benchmarks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crescent.commands.claim.figures import BASE, Claim, Evidence, OverSeeds
from crescent.commands.claim.headline import shares
from crescent.config.seeds import derived_seed
from crescent.evaluation.results import Item, TaskResult
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from crescent.runs.names import in_order, round_folder
from crescent.runs.shards import ShardFolder
from crescent.statistics import DIFFERENCE, UNBOUNDED, over_items_and_seeds

TASK = "task "
"""What stands before the names of tasks among the inputs of an evaluation."""


def evidence(folder: Path, run: Path) -> Iterator[Evidence]:
    """Of every model that a run has measured. `folder`: the claim's."""
    for path in sorted(run.glob(f"*/evaluation/{MANIFEST}"), key=in_order):
        if (measured := read_sealed(path, Manifest)) is None:
            continue
        pairs = read_sealed(path.parents[1] / "dataset" / MANIFEST, Manifest)
        inputs = measured.spec.inputs
        yield Evidence(
            place=path.parent.relative_to(folder).as_posix(),
            model=inputs["model"],
            items=measured.outcome,
            data={name.removeprefix(TASK): digest for name, digest in inputs.items() if name.startswith(TASK)},
            pairs=pairs.outcome if pairs else None,
        )


def results(claim: Claim, folder: Path, seed: int, name: str) -> dict[str, list[Item]]:
    """The items, by task, of the model that speaks for an arm with a seed, or of the base model."""
    arm, number = (claim.claimed, 0) if name == BASE else (name, claim.number(name, seed))
    place = "base" if number == 0 else round_folder(number)
    shards = ShardFolder(folder / claim.run(arm, seed).folder / place / "evaluation" / "results")
    return {result.task: result.items for result in shards.stream(TaskResult)}


def add_items(claim: Claim, folder: Path) -> None:
    """Put the interval over items and seeds together beside every interval over seeds."""
    names = {name for each in claim.over_seeds for name in (each.arm, each.against)}
    found = {(name, seed): results(claim, folder, seed, name) for name in sorted(names) for seed in claim.seeds}
    scores = {
        (name, seed, task): {item.id: item.score for item in items}
        for (name, seed), by_task in found.items()
        for task, items in by_task.items()
    }
    for each in claim.over_seeds:
        rows = [_differences(scores, each, seed) for seed in claim.seeds]
        known = [row for row in rows if row is not None]
        if len(known) > 1 and len({len(row) for row in known}) == 1:
            bounds = DIFFERENCE if shares(claim, each.task) else UNBOUNDED
            seed = derived_seed(claim.seeds[0], "items and seeds", each.task, each.arm, each.against)
            interval = over_items_and_seeds(known, seed, bounds)
            each.both_low, each.both_high = interval.low, interval.high


def _differences(
    scores: dict[tuple[str, int, str], dict[str, float]], each: OverSeeds, seed: int
) -> NDArray[np.float64] | None:
    """Item by item in the order of their ids; None where one of the two was not measured."""
    now, before = (scores.get((name, seed, each.task)) for name in (each.arm, each.against))
    if not now or not before or now.keys() != before.keys():
        return None
    ids = sorted(now, key=in_order)
    return np.array([now[id] - before[id] for id in ids])
