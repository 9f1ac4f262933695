from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.report.made import Diversity, Questions
from crescent.reporting.report.pool import figures, vendi
from crescent.reporting.report.summary import read

from . import example


def of(*parts: dict[str, Any]) -> dict[str, list[str]]:
    """Name of a figure to its texts by round."""
    raw = {"rounds": [{"round": number, "questions": part} for number, part in enumerate(parts, 1)]}
    rounds: list[Questions] = [part.questions for part in read(raw).rounds if part.questions]
    return {row.name: [cell.text for cell in row.cells] for row in figures(rounds)}


def test_every_figure_says_what_it_means() -> None:
    rounds = [part.questions for part in read(example.summary(2)).rounds if part.questions]
    assert all(row.meaning.endswith(".") for row in figures(rounds))


def test_what_no_round_knows_is_left_out_and_what_one_does_not_know_is_said() -> None:
    assert of({}, {}) == {}
    assert of({"pool": 10}, {}) == {"Pool": ["10", "not known"]}


def test_a_test_that_found_nothing_in_a_round_stands_at_zero() -> None:
    found = of({"collisions": {"exact": 2}}, {"collisions": {"other": 5}}, {})
    assert found == {
        "Near-duplicates, exact test": ["2", "0", "not known"],
        "Near-duplicates, other test": ["0", "5", "not known"],
    }


@given(st.integers(1, 10**6), st.data())
def test_the_acceptance_rate_is_a_share(written: int, data: st.DataObject) -> None:
    accepted = data.draw(st.integers(0, written))
    text = of({"written": written, "accepted": accepted})["Acceptance rate"][0]
    assert abs(float(text.removesuffix("\N{NO-BREAK SPACE}%")) - 100 * accepted / written) <= 0.051


def test_nothing_written_or_sampled_gives_no_share() -> None:
    assert "Acceptance rate" not in of({"written": 0, "accepted": 0})
    assert "Vendi score per sampled question" not in of({"diversity": {"vendi": 0.0, "vendi_sample": 0}})


def test_a_vendi_score_stands_with_its_sample() -> None:
    assert vendi(Diversity(vendi=120.34, vendi_sample=256)) == "120.3 of 256"
    assert vendi(Diversity(vendi=120.34)) == "120.3"
    assert vendi(Diversity()) == vendi(None) == "not known"
