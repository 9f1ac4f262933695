"""How large and how varied the pool is, round by round: every figure with its meaning in plain words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crescent.loop.stages.facts import QuestionsFacts
from crescent.records import Diversity
from crescent.reporting.report import numbers

NEAR = {
    "exact": "Texts equal to another question but for case and spaces.",
    "minhash": "Texts that share most of their runs of words with another question.",
    "embedding": "Texts that an encoder places next to another question: paraphrases.",
}
"""What each test of the cascade finds; another test's name stands without a meaning."""


@dataclass(frozen=True)
class Cell:
    """A figure, and below it in small letters what it is a part of."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Figure:
    """One row of the table, with a cell for each round."""

    name: str
    meaning: str
    cells: list[Cell]


def figures(rounds: Sequence[QuestionsFacts]) -> list[Figure]:
    """The rows of the table; those of which nothing is known in any round are left out."""
    rows = [
        _row(rounds, "Pool", "Questions accepted so far, over all rounds.", lambda q: Cell(numbers.count(q.pool))),
        _row(rounds, "Acceptance rate", "Of the texts written, those kept as new questions.", _acceptance),
        *(_near(rounds, test) for test in dict.fromkeys(test for q in rounds for test in q.collisions)),
        *(_diversity(rounds, *row) for row in _DIVERSITY),
    ]
    return [row for row in rows if any(cell.text != numbers.UNKNOWN for cell in row.cells)]


def vendi(found: Diversity) -> str:
    """The Vendi score with the size of the sample, which is the most it can reach."""
    return f"{numbers.fixed(found.vendi)} of {numbers.count(found.vendi_sample)}"


def _row(rounds: Sequence[QuestionsFacts], name: str, meaning: str, cell: Callable[[QuestionsFacts], Cell]) -> Figure:
    return Figure(name, meaning, [cell(questions) for questions in rounds])


def _acceptance(q: QuestionsFacts) -> Cell:
    share = numbers.ratio(q.accepted, q.written)
    return Cell(numbers.percent(share), _part_of(q.accepted, q.written) if share is not None else "")


def _near(rounds: Sequence[QuestionsFacts], test: str) -> Figure:
    def cell(q: QuestionsFacts) -> Cell:
        return Cell(numbers.count(q.collisions.get(test, 0)))

    return _row(rounds, f"Near-duplicates, {test} test", NEAR.get(test, ""), cell)


def _diversity(
    rounds: Sequence[QuestionsFacts], name: str, meaning: str, cell: Callable[[QuestionsFacts, Diversity], Cell]
) -> Figure:
    return _row(rounds, name, meaning, lambda q: cell(q, q.diversity))


def _templates(q: QuestionsFacts, found: Diversity) -> Cell:
    return Cell(numbers.count(found.templates), f"of {numbers.count(q.accepted)}")


def _vendi(_: QuestionsFacts, found: Diversity) -> Cell:
    share = numbers.ratio(found.vendi, found.vendi_sample)
    return Cell(numbers.fixed(share, 2), vendi(found) if share is not None else "")


def _part_of(part: int, whole: int) -> str:
    return f"{numbers.count(part)} of {numbers.count(whole)}"


_DIVERSITY: list[tuple[str, str, Callable[[QuestionsFacts, Diversity], Cell]]] = [
    (
        "Nearest neighbour, median",
        "Half of the questions have no other one more similar than this; 0: no word pair in common, 1: all.",
        lambda _, found: Cell(numbers.fixed(found.nearest_50, 2)),
    ),
    (
        "Nearest neighbour, 90th percentile",
        "The same for nine questions in ten.",
        lambda _, found: Cell(numbers.fixed(found.nearest_90, 2)),
    ),
    (
        "Distinct-2",
        "Different word pairs among all word pairs; falls as a set grows.",
        lambda _, found: Cell(numbers.fixed(found.distinct_2, 3)),
    ),
    ("Masked templates", "Questions still different once numbers, units and names are masked.", _templates),
    (
        "New templates expected",
        "Share of the next wave expected to have a template not seen before (Good-Turing estimate).",
        lambda _, found: Cell(numbers.percent(found.new_mass)),
    ),
    (
        "Vendi score per sampled question",
        "Effective number of different questions among those sampled; near 1: all different, near 0: all alike.",
        _vendi,
    ),
]
