"""What the samples of the dev task say: did training make the model able to solve more, or only surer of itself?"""

from dataclasses import dataclass

from crescent.reporting.report import numbers
from crescent.reporting.report.charts import Line, state_of
from crescent.reporting.report.gathered import Difference, Sampling
from crescent.reporting.report.summary import Summary


@dataclass(frozen=True)
class SampledScore:
    """The share of problems that samples solve, as it stands beside scores of benchmarks."""

    value: float
    low: float | None
    high: float | None
    against_base: Difference | None


def sampled(run: Summary) -> list[tuple[str, Sampling]]:
    """The models of which samples were drawn, with the names the report calls them by."""
    return [(name, model.sampling) for name, model in run.models() if model.sampling]


def lines(run: Summary) -> list[Line]:
    """The same for a chart, with what the gate made of each."""
    return [Line(name, model.sampling, state_of(model)) for name, model in run.models() if model.sampling]


def ks(run: Summary) -> list[str]:
    """Every k that any model was sampled for, in order."""
    return sorted({k for _, found in sampled(run) for k in found.pass_at_k}, key=int)


def as_scores(found: Sampling) -> dict[str, SampledScore]:
    """One sample, and the best of all, as rows beside the benchmarks, where greedy decoding stands."""
    before, top = found.against_base.pass_at_k if found.against_base else {}, most(found)
    names = {"1": "one sample"} | ({top: f"one of {top}"} if top != "1" else {})
    shares = {k: found.pass_at_k[k] for k in names}
    return {
        f"{found.task}, {name}": SampledScore(shares[k].value, shares[k].low, shares[k].high, before.get(k))
        for k, name in names.items()
    }


def beside_greedy(run: Summary, found: Sampling | None) -> str | None:
    """What samples of a model say where a sentence gives its greedy accuracy; None where none were drawn."""
    base = run.base.sampling
    if found is None or base is None or found.against_base is None:
        return None
    changes = []
    for k in ("1", most(found)):
        before, now = base.pass_at_k.get(k), found.pass_at_k.get(k)
        if before is None or now is None:
            return None
        changes.append(f"from {numbers.percent(before.value)} to {numbers.percent(now.value)}")
    return f"on {found.task} one sample went {changes[0]} and at least one of {most(found)} {changes[1]}"


def disagreement(greedy: Difference | None, found: Sampling | None) -> str | None:
    """A sentence where greedy decoding, one sample and several samples do not move the same way."""
    changes = found.against_base.pass_at_k if found and found.against_base else {}
    if greedy is None or found is None or not changes:
        return None
    one, any_of = changes["1"], changes[most(found)]
    signs = [_sign(change) for change in (greedy, one, any_of)]
    if len(set(signs)) == 1:
        return None
    meaning = ""
    if signs[0] > 0 >= signs[2]:
        meaning = (
            " It became surer of what it could already solve, not able to solve more."
            if signs[1] > 0
            else " Training changed which answer it prefers, not how often it finds the right one."
        )
    return (
        f"These do not agree: greedy decoding is right {_often(greedy)}, one sample {_often(one)}, at least one of "
        f"{most(found)} {_often(any_of)}.{meaning}"
    )


def most(found: Sampling) -> str:
    """The largest k."""
    return max(found.pass_at_k, key=int, default="1")


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
    top = max(changes, key=int)
    one, any_of = changes["1"], changes[top]
    single = f"one sample is right {_often(one)} ({_words(one)})"
    if _sign(one) > 0 and _sign(any_of) == 0:
        return (
            f"{single}, at least one of {top} no clearly more often ({_words(any_of)}). It became surer of what the "
            "base model could already solve."
        )
    if _sign(one) > 0 and _sign(any_of) > 0:
        return (
            f"{single}, and so is at least one of {top} ({_words(any_of)}). It solves problems that the base model "
            f"did not solve in {top} tries."
        )
    if _sign(any_of) < 0:
        return (
            f"{single}, at least one of {top} less often ({_words(any_of)}). It can solve fewer problems than before."
        )
    return f"{single}, at least one of {top} {_often(any_of)} ({_words(any_of)})."


def _sign(change: Difference) -> int:
    """1 or -1 where the interval lies on one side of zero."""
    if change.low is None or change.high is None:
        return 0
    return 1 if change.low > 0 else -1 if change.high < 0 else 0


def _often(change: Difference) -> str:
    return {1: "more often", -1: "less often", 0: "about as often as before"}[_sign(change)]


def _words(change: Difference) -> str:
    bounds = numbers.interval(change.low, change.high, True)
    return f"{numbers.difference(change.difference, True)} points, 95 % interval {bounds}"
