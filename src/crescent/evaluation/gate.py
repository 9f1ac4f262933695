"""The gate: keep a round only if the dev benchmark agrees. Pure functions of figures that are already known."""

from collections.abc import Sequence
from math import isfinite

from crescent.config.schema import Gate
from crescent.records import Row


class Verdict(Row):
    """What the gate decided about a round, and why, in sentences.

    `dev` and `best_before` are accuracies on the dev task, None where there is none. `best_round` is the round whose
    model the run goes on with, 0 for the base model. `stop` is a sentence when the run should end here.
    """

    accepted: bool
    verdict: str
    rule: str
    dev: float | None
    best_before: float | None
    best_round: int
    stop: str | None = None


def decide(
    dev_scores: Sequence[float | None],
    gate: Gate,
    *,
    problem: str | None = None,
    agreement: Sequence[float] = (),
    distinct: Sequence[float] = (),
) -> Verdict:
    """Judge the last round of `dev_scores`.

    Args:
        dev_scores: dev accuracy of the base model, then of every round up to this one; None where it was not measured.
        gate: the rules.
        problem: why this round was not evaluated, such as "loss is not a number". Such a round is never accepted.
        agreement: mean agreement of the voted questions, one figure per round.
        distinct: accepted questions / questions written, one figure per round.
    """
    number, dev = len(dev_scores) - 1, dev_scores[-1]
    if number < 1:
        raise ValueError("dev_scores holds the base model and at least one round")
    best_round, best = _best(dev_scores[:-1], gate)
    accepted = problem is None and _passes(dev, best, gate)
    kept = number if accepted and _leads(dev, best, gate) else best_round
    return Verdict(
        accepted=accepted,
        verdict=_verdict(number, dev, best, best_round, accepted, problem),
        rule=_rule(gate),
        dev=dev,
        best_before=best,
        best_round=kept,
        stop=_stop(dev_scores, gate, kept, agreement, distinct),
    )


def _best(earlier: Sequence[float | None], gate: Gate) -> tuple[int, float | None]:
    """The round in force before this one and its accuracy: the gate's own rule, applied round by round."""
    best_round, best = 0, earlier[0]
    for number, dev in enumerate(earlier[1:], start=1):
        if _passes(dev, best, gate) and _leads(dev, best, gate):
            best_round, best = number, dev
    return best_round, best


def _passes(dev: float | None, best: float | None, gate: Gate) -> bool:
    if not gate.enabled:
        return True
    if dev is None or not isfinite(dev):
        return False
    return best is None or dev > best + gate.min_gain


def _leads(dev: float | None, best: float | None, gate: Gate) -> bool:
    """Whether an accepted round is the new best: a negative `min_gain` lets rounds pass that are not."""
    return not gate.enabled or best is None or (dev is not None and dev > best)


def _stop(
    scores: Sequence[float | None], gate: Gate, kept: int, agreement: Sequence[float], distinct: Sequence[float]
) -> str | None:
    if not gate.enabled:
        return None
    idle = len(scores) - 1 - kept
    if gate.patience is not None and idle >= gate.patience:
        return (
            f"No gain for {idle} {'round' if idle == 1 else 'rounds'}, and evaluation.gate.patience is {gate.patience}."
        )
    before, dev = scores[-2:]
    if gate.stop_on_false_confidence and len(agreement) > 1 and before is not None and dev is not None:
        rise = agreement[-1] - agreement[-2]
        if rise > 0 and dev < before:
            return (
                f"The model agrees with itself more ({agreement[-2]:.1%} to {agreement[-1]:.1%}) while dev accuracy "
                f"falls ({before:.1%} to {dev:.1%}): the vote rewards consistent errors."
            )
    if distinct and distinct[-1] < gate.min_distinct:
        return (
            f"Only {distinct[-1]:.1%} of the questions were new, less than evaluation.gate.min_distinct "
            f"({gate.min_distinct:.1%})."
        )
    return None


def _verdict(
    number: int, dev: float | None, best: float | None, best_round: int, accepted: bool, problem: str | None
) -> str:
    back = "the base model" if best_round == 0 else f"round {best_round}"
    if problem is not None:
        return f"Round {number} rejected, back to {back}: not evaluated: {problem}."
    if dev is None or not isfinite(dev):
        figures = "no dev accuracy was measured"
    elif best is None:
        figures = f"dev accuracy {dev:.1%}, with nothing before it to compare with"
    else:
        figures = f"dev accuracy {dev:.1%} against {best:.1%} of {back} ({100 * (dev - best):+.1f} points)"
    return (
        f"Round {number} accepted: {figures}." if accepted else f"Round {number} rejected, back to {back}: {figures}."
    )


def _rule(gate: Gate) -> str:
    if not gate.enabled:
        return "The gate is off: every round that was evaluated is kept."
    margin = f" by more than {100 * gate.min_gain:g} points" if gate.min_gain else ""
    return f"A round is kept when its dev accuracy is higher than the best before it{margin}."
