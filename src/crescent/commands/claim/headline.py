"""What a claim comes to, in sentences."""

from collections.abc import Iterator

from crescent.commands.claim.figures import BASE, Claim, OverSeeds
from crescent.reporting.report import numbers

MANY = 3
"""Of more arms than these beside the claimed one the ranking tells the story, and no sentence goes through them all."""


def sentences(claim: Claim) -> list[str]:
    """The headline, then the sentences that belong to it."""
    return [*_gain(claim), *_composition(claim), *_reservations(claim)]


def name_of(arm: str) -> str:
    """What a sentence calls an arm, or the model before training."""
    return "the base model" if arm == BASE else arm


def with_interval(found: OverSeeds | None, share: bool) -> str:
    """`+41.6 points (38.1 to 45.0)`; a single seed, or seeds that all give the same, have no interval."""
    if found is None:
        return numbers.UNKNOWN
    unit = " points" if share else ""
    interval = "" if found.low is None else f" ({numbers.interval(found.low, found.high, share)})"
    return f"{numbers.difference(found.mean, share)}{unit}{interval}"


def shares(claim: Claim, task: str) -> bool:
    """Whether the scores of a task are fractions of 1."""
    return numbers.is_share(run.value(task, number) for run in claim.runs for number in range(len(run.rounds) + 1))


def clear(found: OverSeeds | None) -> bool:
    """Whether the interval over seeds leaves zero out."""
    return found is not None and found.low is not None and found.high is not None and not found.low <= 0 <= found.high


def _gain(claim: Claim) -> Iterator[str]:
    task, share = claim.primary_task, shares(claim, claim.primary_task)
    found = claim.mean(claim.claimed, BASE)
    if found is None:
        yield f"Nothing has been measured on {task}."
        return
    seeds = numbers.plural(found.n, "seed")
    change = numbers.difference(found.mean, share) + (" points" if share else "")
    interval = "" if found.low is None else f", 95 % interval {numbers.interval(found.low, found.high, share)}"
    yield f"{claim.claimed} changes {task} by {change} against the base model ({seeds}{interval})."


def _composition(claim: Claim) -> Iterator[str]:
    share = shares(claim, claim.primary_task)
    if claim.parts:
        words = (f"{part.name} {with_interval(claim.mean(part.arm, part.against), share)}" for part in claim.parts)
        yield f"That is made of {', '.join(words)}."
        compared = [(part.arm, part.against) for part in claim.parts]
    else:
        compared = [(claim.claimed, arm) for arm in claim.arms if arm != claim.claimed]
        if len(compared) > MANY:
            return
        for arm, against in compared:
            yield f"{arm} against {against}: {with_interval(claim.mean(arm, against), share)}."
    found = [(pair, claim.mean(*pair)) for pair in compared]
    known = [(f"{arm} and {name_of(against)}", mean) for (arm, against), mean in found if mean and mean.n > 1]
    doubtful = "; between ".join(names for names, mean in known if mean.low is not None and not clear(mean))
    if doubtful:
        yield f"The interval over seeds includes zero, so no difference is shown, between {doubtful}."


def _reservations(claim: Claim) -> Iterator[str]:
    if len(claim.seeds) == 1:
        yield "With one seed nothing is known of what another one would give."
    yield from claim.unequal
    for run in claim.runs:
        if run.state != "complete":
            reason = (run.note or "no reason is known").rstrip(".")
            yield f"The run of {run.arm} with seed {run.seed} ended early: {reason}."
        elif run.arm == claim.claimed and claim.compare == "round" and run.kept == 0:
            yield (
                f"With seed {run.seed} the gate kept the base model; the figures are those of round "
                f"{claim.number(run.arm, run.seed)}, which it rejected."
            )
