"""`claim.html`: one page about all runs of a claim, in the looks of a run's report; it asks the network for nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from crescent.commands.claim.figures import BASE, Claim
from crescent.commands.claim.headline import clear, name_of, sentences, shares
from crescent.commands.claim.methods import COLUMNS, profile, ranked, ranking
from crescent.commands.claim.sampled import sampled
from crescent.reporting.report import numbers
from crescent.reporting.report.charts import Point, score_range
from crescent.reporting.report.page import style_sheet, templates
from crescent.reporting.report.svg import Frame, chart, element, line
from crescent.statistics import SHARE, UNBOUNDED, Interval, over_seeds

APART = 0.06
"""How far the arms stand beside each other within a round, as a share of the distance of two rounds."""
KINDS = 6
"""Colours that the style sheet has; further arms begin anew."""


def by_round(task: str, arms: Mapping[str, Sequence[Interval | None]], share: bool) -> Markup:
    """Mean over seeds after each round, the base model first, with the 95 % interval over seeds where it is known."""
    known = [each for means in arms.values() for each in means if each is not None]
    if not known:
        return Markup("")
    marks = score_range([Point("", each.mean, each.low, each.high, "base") for each in known], share)
    rounds = max(len(means) for means in arms.values())
    frame = Frame(-0.3, rounds - 0.7, marks[0], marks[-1])
    parts = [frame.rows({mark: f"{100 * mark:.0f}\N{NO-BREAK SPACE}%" if share else f"{mark:.4g}" for mark in marks})]
    for place, means in enumerate(arms.values()):
        parts.append(_arm(frame, means, (place - (len(arms) - 1) / 2) * APART, f"arm{place % KINDS}"))
    parts += [frame.under(number, "base" if number == 0 else str(number)) for number in range(rounds)]
    parts.append(frame.caption("round"))
    words = "; ".join(
        f"{arm} {', '.join(numbers.score(each.mean, share) if each else 'not measured' for each in means)}"
        for arm, means in arms.items()
    )
    return chart(f"{task} by round and arm", f"{words}.", *parts)


def _arm(frame: Frame, means: Sequence[Interval | None], shift: float, kind: str) -> Markup:
    shown = [(frame.x(number + shift), each) for number, each in enumerate(means) if each is not None]
    points = " ".join(f"{x:.4g},{frame.y(each.mean):.4g}" for x, each in shown)
    parts = [element("polyline", points=points, class_=f"curve {kind}")]
    for x, each in shown:
        if each.low is not None and each.high is not None:
            low, high = (min(max(end, frame.y0), frame.y1) for end in (each.low, each.high))
            parts.append(line(x, frame.y(low), x, frame.y(high), f"whisker {kind}"))
        parts.append(element("circle", cx=x, cy=frame.y(each.mean), r=3, class_=f"dot {kind}"))
    return Markup("").join(parts)


def render(claim: Claim) -> str:
    """The page for what `claim.json` holds."""
    said = sentences(claim)
    order = list(ranked(claim, shares(claim, claim.primary_task)))
    return (
        templates()
        .get_template("claim.html.j2")
        .render(
            css=style_sheet(),
            claim=claim,
            headline=said[0],
            sentences=[*([] if claim.parts else order), *(each for each in said[1:] if each not in claim.unequal)],
            share=shares(claim, claim.primary_task),
            gains=[_row(claim, arm, BASE, claim.primary_task) for arm in claim.arms],
            over=[_row(claim, p.arm, p.against, claim.primary_task) | {"name": p.name} for p in claim.parts]
            or [_row(claim, claim.claimed, arm, claim.primary_task) for arm in claim.arms if arm != claim.claimed],
            ranked=order,
            columns=COLUMNS,
            methods=list(_methods(claim)),
            panels=list(_panels(claim)),
            others=list(_others(claim)),
            models=list(_models(claim)),
            effort=list(_effort(claim)),
            sampled=sampled(claim),
        )
    )


def _row(claim: Claim, arm: str, against: str, task: str) -> dict[str, Any]:
    """One difference: over seeds, and seed by seed."""
    mean = claim.mean(arm, against, task)
    seeds = claim.by_seed(arm, against, task)
    return {
        "arm": arm,
        "against": name_of(against),
        "mean": mean,
        "clear": clear(mean),
        "seeds": [seeds.get(seed) for seed in claim.seeds],
    }


def _methods(claim: Claim) -> Iterator[dict[str, Any]]:
    """What each arm is like beyond its score, the largest gain first."""
    found = profile(claim)
    order = [each.arm for each in ranking(claim)]
    for arm in [*order, *(arm for arm in claim.arms if arm not in order)]:
        row = _row(claim, arm, BASE, claim.primary_task)
        changes = [claim.mean(arm, BASE, task) for task in claim.tasks[1:]]
        yield row | {"figures": found[arm], "changes": changes}


def _panels(claim: Claim) -> Iterator[dict[str, Any]]:
    """A chart per task with its table: the model in force after each round, mean over seeds."""
    for task in claim.tasks:
        share = shares(claim, task)
        means = {arm: _by_round(claim, arm, task) for arm in claim.arms}
        yield {
            "task": task,
            "share": share,
            "chart": by_round(task, means, share),
            "rounds": max((len(row) for row in means.values()), default=0),
            "arms": means,
        }


def _by_round(claim: Claim, arm: str, task: str) -> list[Interval | None]:
    runs = [run for run in claim.runs if run.arm == arm]
    found = [_mean([run.value(task, 0) for run in runs])]
    for number in range(1, max((len(run.rounds) for run in runs), default=0) + 1):
        # A run that the gate ended goes on with the model that it kept.
        inforce = [run.rounds[min(number, len(run.rounds)) - 1].in_force if run.rounds else 0 for run in runs]
        found.append(_mean([run.value(task, kept) for run, kept in zip(runs, inforce, strict=True)]))
    return found


def _mean(values: list[float | None]) -> Interval | None:
    known = [value for value in values if value is not None]
    return over_seeds(known, SHARE if numbers.is_share(known) else UNBOUNDED) if known else None


def _others(claim: Claim) -> Iterator[dict[str, Any]]:
    """Changes on the other tasks, among them what training costs in unrelated skills."""
    for task in claim.tasks[1:]:
        yield {
            "task": task,
            "share": shares(claim, task),
            "rows": [_row(claim, arm, BASE, task) for arm in claim.arms],
        }


def _models(claim: Claim) -> Iterator[tuple[str, list[float | None], Interval | None]]:
    """Base model, arms and teacher side by side: name, score by seed, mean."""
    task = claim.primary_task
    first = [claim.run(claim.claimed, seed) for seed in claim.seeds]
    base = [run.base.get(task) for run in first]
    yield (claim.student or claim.model) + ", before training", base, _mean(base)
    for arm in claim.arms:
        scores = [claim.score(arm, seed, task) for seed in claim.seeds]
        yield arm, scores, _mean(scores)
    teacher = [run.teacher.get(task) for run in first]
    if any(value is not None for value in teacher):
        yield f"{claim.model}, the teacher", teacher, _mean(teacher)


def _effort(claim: Claim) -> Iterator[dict[str, Any]]:
    """What each arm learned from, in the round that speaks for it."""
    for arm in claim.arms:
        for seed in claim.seeds:
            number = claim.number(arm, seed)
            yield {"run": claim.run(arm, seed), "number": number, "figures": claim.run(arm, seed).figures(number)}
