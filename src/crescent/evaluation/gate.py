"""The gate: keep a round only if the dev benchmark agrees. Pure functions of figures that are already known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import msgspec

from crescent.config.schema import Gate
from crescent.config.seeds import derived_seed
from crescent.config.slots import SLOTS
from crescent.evaluation.alarms import Replies
from crescent.evaluation.rules.not_worse import NotWorse
from crescent.evaluation.rules.rule import Judgement, Rule, Trial
from crescent.records import Row

Scores = Callable[[int, int], Sequence[tuple[float, float]]]
"""(round, round) -> the score of every dev problem under the models of both; round 0 is the base model."""


@dataclass(frozen=True)
class Guard:
    """The guard task: its name, the accuracies of the base model and of every round on it, and its problems."""

    task: str
    accuracy: Sequence[float | None]
    scores: Scores


class Inputs(Row):
    """All that the gate looked at. No figure of a reported benchmark is among it.

    `dev_accuracy` has the base model first, then every round; None where it was not measured. `label_agreement` is the
    mean agreement of the voted questions, `new_questions` the share of written texts, rewrites among them, that were
    accepted as new, and `variety` the effective number of questions per accepted one (Vendi score), one figure per
    round. `guard_accuracy` is as `dev_accuracy`, on `guard_task`; empty where there is none.
    """

    dev_task: str
    dev_accuracy: list[float | None]
    label_agreement: list[float]
    new_questions: list[float]
    variety: list[float]
    guard_task: str | None = None
    guard_accuracy: list[float | None] = msgspec.field(default_factory=list)


class Verdict(Row):
    """What the gate decided about a round, and why, in sentences.

    `dev` and `best_before` are accuracies on the dev task, None where there is none. `best_round` is the round whose
    model the run goes on with, 0 for the base model. `stop` is a sentence when the run should end here. `alarms` are
    warnings about the round's replies to the dev task, of which `replies` says more and `base_replies` what they were
    before training; they decide nothing.
    """

    accepted: bool
    verdict: str
    rule: str
    inputs: Inputs
    dev: float | None
    best_before: float | None
    best_round: int
    stop: str | None = None
    alarms: list[str] = msgspec.field(default_factory=list)
    replies: Replies | None = None
    base_replies: Replies | None = None


def decide(
    dev_scores: Sequence[float | None],
    gate: Gate,
    *,
    dev_task: str = "the dev task",
    problem: str | None = None,
    agreement: Sequence[float] = (),
    distinct: Sequence[float] = (),
    variety: Sequence[float] = (),
    scores: Scores = lambda before, now: [],
    guard: Guard | None = None,
    seed: int = 0,
) -> Verdict:
    """Judge the last round of `dev_scores`.

    Args:
        dev_scores: dev accuracy of the base model, then of every round up to this one; None where it was not measured.
        gate: the rules.
        dev_task: what the dev task is called, for the sentences.
        problem: why this round was not evaluated, such as "loss is not a number". Such a round is never accepted.
        agreement: mean agreement of the voted questions, one figure per round.
        distinct: accepted questions / texts written, rewrites among them, one figure per round.
        variety: Vendi score of the accepted questions per question sampled for it, one figure per round.
        scores: the dev problems one by one, for rules that ask for them.
        guard: the task that must not fall.
        seed: the run's, for rules that draw.
    """
    found = [score if score is not None and isfinite(score) else None for score in dev_scores]
    number, dev = len(found) - 1, found[-1]
    if number < 1:
        raise ValueError("dev_scores holds the base model and at least one round")
    rounds = _Rounds(found, gate, scores, guard, seed)
    best_round = rounds.best_before(number)
    best = found[best_round]
    judged = rounds.judged(number, best_round)
    accepted = problem is None and judged.accepted
    kept = number if accepted and judged.best else best_round
    return Verdict(
        accepted=accepted,
        verdict=_verdict(number, dev, best, best_round, accepted, problem, gate.enabled, judged.why),
        rule=_rule(gate, rounds.rule, dev_task, guard),
        inputs=Inputs(
            dev_task=dev_task,
            dev_accuracy=found,
            label_agreement=list(agreement),
            new_questions=list(distinct),
            variety=list(variety),
            guard_task=guard.task if guard else None,
            guard_accuracy=list(guard.accuracy) if guard else [],
        ),
        dev=dev,
        best_before=best,
        best_round=kept,
        stop=_no_gain(found, gate, kept, agreement) or _collapse(gate, distinct, variety),
    )


class _Rounds:
    """The rounds in turn, each held against the best before it."""

    def __init__(self, dev: Sequence[float | None], gate: Gate, scores: Scores, guard: Guard | None, seed: int) -> None:
        self.rule: Rule = SLOTS["gate"].build(gate.rule)
        self._no_fall = NotWorse(gate.guard_margin, gate.guard_level)
        self._guard = guard
        self._dev = dev
        self._enabled = gate.enabled
        self._scores = scores
        self._seed = seed

    def best_before(self, number: int) -> int:
        """The round in force before this one: the gate's own rule, applied round by round."""
        best = 0
        for earlier in range(1, number):
            judged = self.judged(earlier, best)
            if judged.accepted and judged.best:
                best = earlier
        return best

    def judged(self, number: int, best: int) -> Judgement:
        """A round held against the one in force. The rule is asked only where both were measured."""
        before, now = self._dev[best], self._dev[number]
        if not self._enabled:
            return Judgement(accepted=True, best=True)
        if now is None or before is None:
            return Judgement(accepted=now is not None, best=now is not None)
        seed = derived_seed(self._seed, "gate", str(number))
        judged = self.rule.judge(Trial(before, now, lambda: self._scores(best, number), seed))
        fall = self._fall(number, seed)
        if fall is None:
            return judged
        return Judgement(accepted=False, best=False, why=fall if judged.why is None else f"{judged.why}; {fall}")

    def _fall(self, number: int, seed: int) -> str | None:
        """What a round has lost on the guard task against the base model, in words; None where no fall is shown."""
        guard = self._guard
        if guard is None or (before := guard.accuracy[0]) is None or (now := guard.accuracy[number]) is None:
            return None
        judged = self._no_fall.judge(Trial(before, now, lambda: guard.scores(0, number), seed))
        if judged.accepted:
            return None
        change = f"{100 * (now - before):+.1f} points, {judged.why}"
        return f"{guard.task} fell: {now:.1%} against {before:.1%} of the base model ({change})"


def _no_gain(scores: Sequence[float | None], gate: Gate, kept: int, agreement: Sequence[float]) -> str | None:
    """Why the run should end, by its accuracy and its agreement."""
    idle = len(scores) - 1 - kept
    if gate.enabled and gate.patience is not None and idle >= gate.patience:
        return f"No gain for {_rounds(idle)}, and evaluation.gate.patience is {gate.patience}."
    before, dev = scores[-2:]
    if gate.enabled and gate.stop_on_false_confidence and len(agreement) > 1 and before is not None and dev is not None:
        rise = agreement[-1] - agreement[-2]
        if rise > 0 and dev < before:
            return (
                f"The model agrees with itself more ({agreement[-2]:.1%} to {agreement[-1]:.1%}) while dev accuracy "
                f"falls ({before:.1%} to {dev:.1%}): the vote rewards consistent errors."
            )
    return None


def _collapse(gate: Gate, distinct: Sequence[float], variety: Sequence[float]) -> str | None:
    """Why the run should end, by how alike its questions have become."""
    if gate.enabled and distinct and distinct[-1] < gate.min_distinct:
        return (
            f"Only {distinct[-1]:.1%} of what the model wrote were new questions, less than "
            f"evaluation.gate.min_distinct ({gate.min_distinct:.1%})."
        )
    if gate.enabled and variety and variety[-1] < gate.min_variety * variety[0]:
        return (
            f"The questions are much alike: {variety[-1]:.2f} effective questions per question, {variety[0]:.2f} in "
            f"round 1, less than evaluation.gate.min_variety ({gate.min_variety:.1%}) of it."
        )
    return None


def _verdict(
    number: int,
    dev: float | None,
    best: float | None,
    best_round: int,
    accepted: bool,
    problem: str | None,
    enabled: bool,
    why: str | None,
) -> str:
    back = "the base model" if best_round == 0 else f"round {best_round}"
    if problem is not None:
        return f"Round {number} rejected, back to {back}: not evaluated: {problem}."
    if dev is None:
        figures = "no dev accuracy was measured"
    elif best is None:
        figures = f"dev accuracy {dev:.1%}, with nothing before it to compare with"
    else:
        figures = f"dev accuracy {dev:.1%} against {best:.1%} of {back} ({100 * (dev - best):+.1f} points)"
    if why is not None:
        figures += f", {why}"
    if not accepted:
        return f"Round {number} rejected, back to {back}: {figures}."
    return f"Round {number} {'accepted' if enabled else 'kept, the gate is off'}: {figures}."


def _rule(gate: Gate, rule: Rule, dev_task: str, guard: Guard | None) -> str:
    if not gate.enabled:
        return "The gate is off: every round that was evaluated is kept."
    ends = [
        *([f"after {_rounds(gate.patience)} in a row without gain"] if gate.patience is not None else []),
        *(["when label agreement rises while dev accuracy falls"] if gate.stop_on_false_confidence else []),
        *([f"when less than {gate.min_distinct:.1%} of what is written is new"] if gate.min_distinct else []),
        *([f"when the variety of questions falls below {gate.min_variety:.1%} of round 1"] if gate.min_variety else []),
    ]
    kept = rule.words(dev_task)
    if guard is not None:
        fall = f"more than {gate.guard_margin:g} points " if gate.guard_margin else ""
        kept += (
            f", and its accuracy on {guard.task} is not shown to be {fall}below that of the base model "
            f"(one-sided, level {gate.guard_level:g})"
        )
    early = f" The run ends early {', or '.join(ends)}." if ends else ""
    return (
        f"A round is kept when {kept}; otherwise the run goes on from the best model so far.{early} "
        f"Nothing else is looked at, no reported benchmark among it."
    )


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"
