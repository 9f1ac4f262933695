"""The chart of a claim: score by round, a line per arm. Its figures stand in the table beside it."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from crescent.reporting.report import numbers
from crescent.reporting.report.charts import Point, score_range
from crescent.reporting.report.svg import Frame, chart, element, line
from crescent.statistics import Interval

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
