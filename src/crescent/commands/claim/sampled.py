"""Sampled tasks of a claim: each arm's gain in avg@K beside what the vote alone gives the model before training."""

from collections.abc import Iterator, Sequence
from typing import Any

from crescent.commands.claim.figures import BASE, Average, Claim, OverSeeds, Vote
from crescent.statistics import DIFFERENCE, over_seeds


def sampled(claim: Claim) -> list[dict[str, Any]]:
    """For every sampled task the rows of its table: the arms, and the vote alone; over seeds, and seed by seed.

    The models are those that are compared elsewhere. Every arm has the same base model, so the first one speaks for it.
    """
    tasks = dict.fromkeys(task for run in claim.runs for task in run.votes)
    return [{"task": task, "rows": list(_rows(claim, task)), "votes": _votes(claim, task)} for task in tasks]


def _rows(claim: Claim, task: str) -> Iterator[dict[str, Any]]:
    for arm in claim.arms:
        yield _row(task, arm, [_average(claim, task, arm, seed) for seed in claim.seeds])
    yield _row(task, "the vote alone, no training", _votes(claim, task))


def _average(claim: Claim, task: str, arm: str, seed: int) -> Average | None:
    """What speaks for the arm; where that is the model before training, it gained nothing."""
    run, number = claim.run(arm, seed), claim.number(arm, seed)
    if number == 0 and task in run.votes:
        return Average(value=run.votes[task].average, difference=0.0, low=0.0, high=0.0)
    found = run.figures(number)
    return found.averages.get(task) if found else None


def _votes(claim: Claim, task: str) -> list[Vote | None]:
    return [claim.run(claim.claimed, seed).votes.get(task) for seed in claim.seeds]


def _row(task: str, name: str, seeds: Sequence[Average | Vote | None]) -> dict[str, Any]:
    known = [each.difference for each in seeds if each is not None]
    found = over_seeds(known, DIFFERENCE) if known else None
    mean = found and OverSeeds(
        task=task, arm=name, against=BASE, mean=found.mean, low=found.low, high=found.high, n=found.n
    )  # fmt: skip
    return {"arm": name, "mean": mean, "seeds": list(seeds)}
