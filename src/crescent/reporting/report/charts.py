"""The charts of the page. Each also stands as a table beside it, so a chart never holds a figure that only it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from crescent.reporting.report import numbers
from crescent.reporting.report.gathered import AgreementBin, Sampling
from crescent.reporting.report.summary import Measured, Round
from crescent.reporting.report.svg import HEIGHT, Frame, chart, element, label, line, ticks

State = Literal["base", "accepted", "rejected", "undecided"]
MAX_LABELS = 7
"""Models or bars on one chart up to which each gets its own value or name."""
MAX_BARS = 17
MAX_POINTS = 300


@dataclass(frozen=True)
class Point:
    """One model's score with the ends of its 95 % interval. `parent` is the index of the model it came from."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    state: State
    parent: int | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The interval; the score itself where there is none."""
        value = self.value or 0.0
        return (self.low or 0.0, self.high or 0.0) if self.has_interval else (value, value)

    @property
    def has_interval(self) -> bool:
        return numbers.finite(self.low) and numbers.finite(self.high)


def score_range(points: Sequence[Point], share: bool) -> list[float]:
    """Axis ticks that hold every interval; shares span at least 20 points and stay within 0 and 1."""
    ends = [end for point in points if numbers.finite(point.value) for end in point.ends] or [0.0, 1.0]
    low, high = min(ends), max(ends)
    if share:
        middle = (low + high) / 2
        low, high = max(min(low, middle - 0.1), 0.0), min(max(high, middle + 0.1), 1.0)
    return ticks(low, high)


def scores(task: str, points: Sequence[Point], marks: Sequence[float], share: bool) -> Markup:
    """Score by model with 95 % intervals; rejected rounds are hollow and hang on a dashed line."""
    frame = Frame(-0.5, max(len(points), 1) - 0.5, marks[0], marks[-1])
    parts = [frame.rows({mark: f"{100 * mark:.0f}\N{NO-BREAK SPACE}%" if share else f"{mark:.4g}" for mark in marks})]
    shown = [(place, point) for place, point in enumerate(points) if numbers.finite(point.value)]
    for place, point in shown:
        if point.parent is not None and numbers.finite(points[point.parent].value):
            start = frame.x(point.parent), frame.y(points[point.parent].value or 0.0)
            parts.append(line(*start, frame.x(place), frame.y(point.value or 0.0), f"path {point.state}"))
    parts += [_marker(frame, place, point, share, len(points) <= MAX_LABELS) for place, point in shown]
    every = max(1, -(-len(points) // (2 * MAX_LABELS)))
    for place, point in enumerate(points):
        if place % every == 0:
            parts.append(frame.under(place, point.name))
        if point.state == "rejected" and len(points) < MAX_LABELS:
            parts.append(frame.under(place, "rejected", 1, "tick rejected"))
        elif not numbers.finite(point.value) and len(points) < MAX_LABELS - 2:
            parts.append(frame.under(place, "not measured", 1))
    words = (f"{p.name} {numbers.score(p.value, share)}{' (rejected)' * (p.state == 'rejected')}" for p in points)
    return chart(f"{task} by round", "; ".join(words) + ".", *parts)


def _marker(frame: Frame, place: int, point: Point, share: bool, labelled: bool) -> Markup:
    x, low, high = frame.x(place), *(frame.y(end) for end in point.ends)
    whisker = [
        line(x, low, x, high, "whisker"),
        line(x - 4.5, low, x + 4.5, low, "whisker"),
        line(x - 4.5, high, x + 4.5, high, "whisker"),
    ]
    dot = element("circle", cx=x, cy=frame.y(point.value or 0.0), r=3.4, class_=f"dot {point.state}")
    value = numbers.score(point.value, share).replace("\N{NO-BREAK SPACE}%", "")
    text = [label(x, max(high - 7, 11), value, "value")] if labelled else []
    return Markup("").join([*(whisker if point.has_interval else []), dot, *text])


def agreement(bins: Sequence[AgreementBin]) -> Markup:
    """Questions by votes for the majority answer, stacked: correct, wrong, truth unknown."""
    columns = agreement_columns(bins)
    highest = max((sum(column.stack) for column in columns), default=0)
    marks = ticks(0, max(highest, 1), 4)
    frame = Frame(-0.5, len(columns) - 0.5, 0, marks[-1])
    parts = [frame.rows({mark: numbers.fixed(mark, 0) for mark in marks if mark == int(mark)})]
    width = 0.72 * (frame.x(1) - frame.x(0))
    for place, column in enumerate(columns):
        level = 0
        for kind, number in zip(("correct", "wrong", "unknown"), column.stack, strict=True):
            top, bottom = frame.y(level + number), frame.y(level)
            if number > 0:
                box = {"x": frame.x(place) - width / 2, "y": top, "width": width, "height": bottom - top}
                parts.append(element("rect", **box, class_=kind))
            level += number
        if len(columns) <= MAX_LABELS + 2 or place % 2 == 0:
            parts.append(frame.under(place, column.name))
    parts.append(
        frame.caption("agreement" if any("%" in column.name for column in columns) else "votes for the majority answer")
    )
    words = (f"{c.name}: {c.stack[0]} correct, {c.stack[1]} wrong, {c.stack[2]} unknown" for c in columns)
    return chart("Questions by agreement", "; ".join(words) + ".", *parts)


@dataclass(frozen=True)
class Column:
    """One bar of the agreement histogram; `stack` counts questions correct, wrong and of unknown truth."""

    name: str
    stack: tuple[int, int, int]


def agreement_columns(bins: Sequence[AgreementBin]) -> list[Column]:
    """One column per number of votes; with many or mixed sample sizes one per tenth of agreement."""
    sizes = {entry.samples for entry in bins}
    if len(sizes) == 1 and max(sizes) < MAX_BARS:
        by_votes = {entry.votes: _stack(entry) for entry in bins}
        return [Column(str(votes), by_votes.get(votes, (0, 0, 0))) for votes in range(max(sizes) + 1)]
    tenths = [(0, 0, 0)] * 10
    for entry in bins:
        place = min(10 * entry.votes // max(entry.samples, 1), 9)
        one, two, three = (a + b for a, b in zip(tenths[place], _stack(entry), strict=True))
        tenths[place] = (one, two, three)
    return [Column(f"{10 * place}–{10 * place + 10}%", stack) for place, stack in enumerate(tenths)] if bins else []


def _stack(entry: AgreementBin) -> tuple[int, int, int]:
    return entry.correct, entry.known - entry.correct, entry.questions - entry.known


@dataclass(frozen=True)
class Line:
    """One model's pass@k and majority@k, and what the gate made of it."""

    name: str
    found: Sampling
    state: State


def state_of(model: Measured) -> State:
    """What the gate made of a model."""
    if not isinstance(model, Round):
        return "base"
    if model.gate is None:
        return "undecided"
    return "accepted" if model.gate.accepted else "rejected"


def at_k(title: str, models: Sequence[Line], kind: Literal["pass_at_k", "majority_at_k"]) -> Markup:
    """Pass@k or majority@k by k, a line per model, later rounds darker; dashes mean rejected, as in `scores`."""
    ks = sorted({int(k) for model in models for k in getattr(model.found, kind)})
    values = [share.value for model in models for share in getattr(model.found, kind).values()]
    known = [value for value in values if value is not None and numbers.finite(value)]
    if not known:
        return Markup("")
    marks = ticks(max(min(known) - 0.05, 0.0), max(min(max(known) + 0.05, 1.0), min(known)), 5)
    frame = Frame(0, max(len(ks) - 1, 1), marks[0], marks[-1], right=58)
    parts = [frame.rows({mark: f"{100 * mark:.0f}\N{NO-BREAK SPACE}%" for mark in marks})]
    parts += [frame.under(place, str(k)) for place, k in enumerate(ks)]
    words, ends = [], list[tuple[float, float, str]]()
    for number, model in enumerate(models):
        shares = {int(k): share.value for k, share in getattr(model.found, kind).items()}
        line_of = [(place, shares[k]) for place, k in enumerate(ks) if numbers.finite(shares.get(k))]
        corners = [(frame.x(place), frame.y(value or 0.0)) for place, value in line_of]
        if not corners:
            continue
        strength = 1.0 if model.state == "base" else 0.4 + 0.6 * number / max(len(models) - 1, 1)
        points = " ".join(f"{x:.4g},{y:.4g}" for x, y in corners)
        parts.append(element("polyline", points=points, class_=f"curve {model.state}", opacity=round(strength, 2)))
        ends.append((corners[-1][1], corners[-1][0], model.name))
        words.append(
            f"{model.name}: " + ", ".join(f"{numbers.percent(value)} at {ks[place]}" for place, value in line_of)
        )
    if len(models) <= MAX_LABELS:
        ends.sort()
        heights = _apart([y for y, _, _ in ends], frame.top, HEIGHT - frame.bottom)
        for height, (_, x, name) in zip(heights, ends, strict=True):
            parts.append(label(x + 5, height + 3.5, name, "value", anchor="start"))
    return chart(f"{title} by model", "; ".join(words) + ".", *parts, frame.caption("k, samples per problem"))


def _apart(wanted: Sequence[float], top: float, bottom: float, gap: float = 13.0) -> list[float]:
    """Heights near the wanted ones, which are in order, and in the same order: at least `gap` apart where it fits."""
    gap = min(gap, (bottom - top) / max(len(wanted) - 1, 1))
    down, up = list(wanted), list(wanted)
    for place in range(1, len(wanted)):
        down[place] = max(down[place], down[place - 1] + gap)
    for place in reversed(range(len(wanted) - 1)):
        up[place] = min(up[place], up[place + 1] - gap)
    # Both keep the distance, so their middle does, and a crowd stands around the place that it wants.
    heights = [(one + other) / 2 for one, other in zip(down, up, strict=True)]
    last = len(heights) - 1
    return [min(max(y, top + place * gap), bottom - (last - place) * gap) for place, y in enumerate(heights)]


def losses(curve: Sequence[tuple[int, float]]) -> Markup:
    """Training loss by optimizer step. Long curves are thinned for drawing by averaging neighbours."""
    known = [(step, loss) for step, loss in curve if numbers.finite(loss)]
    group = max(1, -(-len(known) // MAX_POINTS))
    chunks = [known[start : start + group] for start in range(0, len(known), group)]
    points = [(sum(s for s, _ in chunk) / len(chunk), sum(v for _, v in chunk) / len(chunk)) for chunk in chunks]
    if not points:
        return Markup("")
    marks = ticks(min(0.0, *(v for _, v in points)), max(v for _, v in points), 4)
    frame = Frame(points[0][0], max(points[-1][0], points[0][0] + 1), marks[0], marks[-1], right=16)
    steps = [mark for mark in ticks(frame.x0, frame.x1, 5) if frame.x0 <= mark <= frame.x1 and mark == int(mark)]
    parts = [
        frame.rows({mark: f"{mark:.4g}" for mark in marks}),
        *(frame.under(mark, numbers.fixed(mark, 0)) for mark in steps),
        element("polyline", points=" ".join(f"{frame.x(x):.4g},{frame.y(y):.4g}" for x, y in points), class_="curve"),
        frame.caption("optimizer step"),
    ]
    if len(points) == 1:
        parts.append(element("circle", cx=frame.x(points[0][0]), cy=frame.y(points[0][1]), r=3, class_="dot base"))
    first, last = known[0], known[-1]
    words = f"From {first[1]:.4g} at step {first[0]} to {last[1]:.4g} at step {last[0]}."
    return chart("Training loss by optimizer step", words, *parts)


def bar(start: float, end: float, kind: str) -> Markup:
    """A bar within a table cell, from `start` to `end` as shares of the cell, 0 to 1. The number stands beside it."""
    left, right = (100 * min(max(share, 0.0), 1.0) for share in (start, end))
    box = element("rect", x=left, y=0, width=max(right - left, 0.4 if end > start else 0.0), height=10, class_=kind)
    return element(
        "svg",
        box,
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
        focusable="false",
    )
