from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from crescent.records import Diversity
from crescent.reporting.report.gathered import Questions
from crescent.reporting.report.pool import figures, vendi
from crescent.reporting.report.summary import read

from . import example


def of(*parts: dict[str, Any]) -> dict[str, list[str]]:
    """Name of a figure to its texts by round; what is not given is as in the example."""
    return {row.name: [cell.text for cell in row.cells] for row in figures([_questions(part) for part in parts])}


def _questions(part: dict[str, Any]) -> Questions:
    return msgspec.convert(example.questions(1) | part, Questions)


def test_every_figure_says_what_it_means() -> None:
    rounds = [part.questions for part in read(example.summary(2)).rounds if part.questions]
    assert all(row.meaning.endswith(".") for row in figures(rounds))


def test_a_test_that_found_nothing_in_a_round_stands_at_zero() -> None:
    found = of({"collisions": {"exact": 2}}, {"collisions": {"other": 5}})
    assert found["Near-duplicates, exact test"] == ["2", "0"]
    assert found["Near-duplicates, other test"] == ["0", "5"]


@given(st.integers(1, 10**6), st.data())
def test_the_acceptance_rate_is_a_share(written: int, data: st.DataObject) -> None:
    accepted = data.draw(st.integers(0, written))
    text = of({"written": written, "accepted": accepted})["Acceptance rate"][0]
    assert abs(float(text.removesuffix("\N{NO-BREAK SPACE}%")) - 100 * accepted / written) <= 0.051


def test_nothing_written_or_sampled_gives_no_share() -> None:
    nothing = example.diversity(0, 0.0, sample=0)
    found = of({"written": 0, "accepted": 0, "diversity": nothing})
    assert "Acceptance rate" not in found
    assert "Vendi score per sampled question" not in found
    both = of({"written": 0, "accepted": 0}, {})
    assert both["Acceptance rate"][0] == "not known"


def test_a_vendi_score_stands_with_its_sample() -> None:
    assert vendi(msgspec.convert(example.diversity(9, 120.34, sample=256), Diversity)) == "120.3 of 256"
