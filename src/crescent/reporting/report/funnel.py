"""The way from raw questions to training pairs: every drop with its name and count, and whether the counts add up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crescent.reporting.report.summary import Round


@dataclass(frozen=True)
class Step:
    """One row of the funnel. `start` and `end` are the bar's ends as shares of the questions written, 0 to 1."""

    kind: Literal["kept", "drop", "gap"]
    label: str
    count: int
    start: float
    end: float


@dataclass(frozen=True)
class Passage:
    """One stage: what went in, what came out, and the drops in between."""

    name: str
    entering: int
    leaving: int
    drops: dict[str, int]
    label: str

    @property
    def gap(self) -> int:
        """Rows in - rows out - drops: zero when every row is accounted for."""
        return self.entering - self.leaving - sum(self.drops.values())


def passages(part: Round) -> Iterator[Passage]:
    """The stages that the round reached, in order."""
    if part.questions:
        q = part.questions
        yield Passage("questions", q.written, q.accepted, q.drops, "accepted into the pool")
    if part.answers:
        a = part.answers
        yield Passage("the vote", a.questions, a.accepted, a.drops, "consensus accepted")
    if part.dataset:
        yield Passage(
            "training pairs", part.dataset.candidates, part.dataset.new, part.dataset.drops, "new training pairs"
        )


def steps(part: Round) -> list[Step]:
    """The funnel's rows: what the model wrote, then after each stage its drops and what was kept."""
    reached = list(passages(part))
    if not reached:
        return []
    whole = reached[0].entering
    level = whole

    def share(number: int) -> float:
        return min(max(number / whole, 0.0), 1.0) if whole else 0.0

    rows = [Step("kept", "raw questions written", whole, 0.0, share(whole))]
    for passage in reached:
        if passage.entering != level:
            level = passage.entering
            rows.append(Step("kept", "questions that this arm may use", level, 0.0, share(level)))
        lost = [*passage.drops.items(), *([("not accounted for", passage.gap)] if passage.gap else [])]
        for label, number in lost:
            kind: Literal["drop", "gap"] = "gap" if label == "not accounted for" else "drop"
            rows.append(Step(kind, label, number, share(level - number), share(level)))
            level -= number
        level = passage.leaving
        rows.append(Step("kept", passage.label, level, 0.0, share(level)))
    return rows


def unaccounted(part: Round) -> list[tuple[str, int]]:
    """The stages whose counts do not add up, with how many rows are missing (negative: too many)."""
    return [(passage.name, passage.gap) for passage in passages(part) if passage.gap]
