"""Methods side by side: what each arm of a claim is like beyond its score, and which of them can be told apart."""

from collections.abc import Iterator, Mapping, Sequence

from crescent.commands.claim.figures import BASE, ArmRun, Claim, OverSeeds
from crescent.commands.claim.headline import clear, with_interval
from crescent.config.schema import Config
from crescent.reporting.report import numbers

NEAR = 0.02
"""Budgets that differ by no more than this share of the larger one count as equal."""
COLUMNS = {
    "pass@1": "right, of one sample", "majority@8": "right, majority of 8", "pass@8": "right once in 8",
    "label_accuracy": "labels right", "questions": "variety of questions", "length": "tokens of a reply",
}  # fmt: skip
"""Figures of the model that speaks for an arm and of the round that made it, with their words for the page."""


def ranking(claim: Claim) -> list[OverSeeds]:
    """The arms by their mean gain over the base model on the main task, the largest first."""
    found = (claim.mean(arm, BASE) for arm in claim.arms)
    return sorted((each for each in found if each is not None), key=lambda each: -each.mean)


def ranked(claim: Claim, share: bool) -> Iterator[str]:
    """What the order of the arms is worth, in sentences: an order is what intervals that leave zero out show."""
    order = ranking(claim)
    if len(order) < 2:
        return
    first = order[0].arm
    yield f"{first} has the largest gain, {with_interval(order[0], share)}."
    told = [each.arm for each in order[1:] if _apart(claim, first, each.arm)]
    level = [each.arm for each in order[1:] if each.arm not in told]
    if told:
        yield f"It is shown to have more than {_listed(told)}."
    if level:
        why = "one seed shows no order" if len(claim.seeds) == 1 else "no interval over seeds leaves zero out"
        yield f"Nothing is shown between it and {_listed(level)}: {why}."


def _apart(claim: Claim, one: str, other: str) -> bool:
    return clear(claim.mean(one, other) or claim.mean(other, one))


def pairs_of(claim: Claim) -> list[tuple[str, str]]:
    """Every arm against every later one: what a ranking is made of."""
    arms = list(claim.arms)
    return [(one, other) for place, one in enumerate(arms) for other in arms[place + 1 :]]


def spent(run: ArmRun) -> int:
    """Tokens that were sampled for the rounds of a run, questions included, whoever made them."""
    return sum(each.tokens or 0 for each in run.rounds)


def spread(claim: Claim, seed: int) -> float:
    """(max - min) / max of the tokens that the arms of a seed sampled."""
    tokens = [spent(claim.run(arm, seed)) for arm in claim.arms]
    return (max(tokens) - min(tokens)) / max(tokens) if max(tokens) else 0.0


def unspent(claim: Claim, arms: Mapping[str, Config]) -> Iterator[str]:
    """Which arms could not spend the tokens or steps of a round (`claim.budget`), a sentence for each."""
    for run in claim.runs:
        tokens = arms[run.arm].voting.max_tokens
        steps = getattr(arms[run.arm].training, "steps", None)
        for each in run.rounds:
            where = f"Seed {run.seed}: {run.arm}, round {each.round},"
            if tokens is not None and each.tokens is not None and each.tokens < (1 - NEAR) * tokens:
                yield f"{where} could not spend its budget: {each.tokens:,} of {tokens:,} tokens."
            if steps is not None and each.steps is not None and each.steps < steps:
                yield f"{where} came to {each.steps:,} of {steps:,} optimizer steps."


def unlike(claim: Claim) -> Iterator[str]:
    """Where arms of a seed sampled different amounts, in a sentence."""
    for seed in claim.seeds:
        if (share := spread(claim, seed)) > NEAR:
            tokens = {arm: spent(claim.run(arm, seed)) for arm in claim.arms}
            least, most = min(tokens, key=tokens.__getitem__), max(tokens, key=tokens.__getitem__)
            yield (
                f"Seed {seed}: {most} sampled {tokens[most]:,} tokens for its rounds, {least} {tokens[least]:,} "
                f"({numbers.percent(share)} less)."
            )


def beside(claim: Claim) -> Iterator[str]:
    """What was trained beside the budget, which is the solver's: proposers, in a sentence for each run."""
    for run in claim.runs:
        steps = sum(each.proposer_steps or 0 for each in run.rounds)
        if steps:
            tokens = sum(each.proposer_tokens or 0 for each in run.rounds)
            trained = f"{numbers.plural(steps, 'optimizer step')} over {tokens:,} tokens"
            yield f"Seed {run.seed}: {run.arm} also trained a proposer, beside its budget: {trained}."


def profile(claim: Claim) -> dict[str, dict[str, float | None]]:
    """Arm -> the means over seeds of `COLUMNS`, of the tokens sampled and of the seconds of its runs."""
    found: dict[str, dict[str, float | None]] = {}
    for arm in claim.arms:
        rows = [claim.run(arm, seed).figures(claim.number(arm, seed)) for seed in claim.seeds]
        values = {name: _mean([row.more.get(name) if row else None for row in rows]) for name in COLUMNS}
        runs = [claim.run(arm, seed) for seed in claim.seeds]
        values["label_accuracy"] = _mean([row.label_accuracy if row else None for row in rows])
        values["tokens"] = _mean([float(spent(run)) for run in runs])
        values["seconds"] = _mean([run.seconds for run in runs])
        found[arm] = values
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
