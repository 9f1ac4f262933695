"""What the samples of the dev task say: did training make the model able to solve more, or only surer of itself?"""

from crescent.reporting.report import numbers
from crescent.reporting.report.measured import Comparison, Sampling
from crescent.reporting.report.summary import Summary


def sampled(run: Summary) -> list[tuple[str, Sampling]]:
    """The models of which samples were drawn, with the names the report calls them by."""
    return [(name, model.sampling) for name, model in run.models() if model.sampling]


def ks(run: Summary) -> list[str]:
    """Every k that any model was sampled for, in order."""
    return sorted({k for _, found in sampled(run) for k in found.pass_at_k}, key=int)


def verdicts(run: Summary) -> list[str]:
    """A sentence per round: sharper, abler, or neither."""
    return [
        f"{name.capitalize()}: {_verdict(found)}"
        for name, found in sampled(run)
        if name != "base" and found.against_base
    ]


def _verdict(found: Sampling) -> str:
    changes = found.against_base.pass_at_k if found.against_base else {}
    if not changes:
        return "not compared with the base model."
    most = max(changes, key=int)
    one, any_of = changes.get("1", Comparison()), changes[most]
    single = f"one sample is right {_often(one)} ({_words(one)})"
    if _sign(one) > 0 and _sign(any_of) == 0:
        return (
            f"{single}, at least one of {most} no clearly more often ({_words(any_of)}). It became surer of what the "
            "base model could already solve."
        )
    if _sign(one) > 0 and _sign(any_of) > 0:
        return (
            f"{single}, and so is at least one of {most} ({_words(any_of)}). It solves problems that the base model "
            f"did not solve in {most} tries."
        )
    if _sign(any_of) < 0:
        return (
            f"{single}, at least one of {most} less often ({_words(any_of)}). It can solve fewer problems than before."
        )
    return f"{single}, at least one of {most} {_often(any_of)} ({_words(any_of)})."


def _sign(change: Comparison) -> int:
    """1 or -1 where the interval lies on one side of zero."""
    if change.low is None or change.high is None:
        return 0
    return 1 if change.low > 0 else -1 if change.high < 0 else 0


def _often(change: Comparison) -> str:
    return {1: "more often", -1: "less often", 0: "about as often as before"}[_sign(change)]


def _words(change: Comparison) -> str:
    bounds = numbers.interval(change.low, change.high, True)
    return f"{numbers.difference(change.difference, True)} points, 95 % interval {bounds}"
