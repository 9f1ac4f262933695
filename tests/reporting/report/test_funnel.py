from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.report import funnel
from crescent.reporting.report.summary import Round, read

from . import example

COUNTS = st.dictionaries(
    st.sampled_from(["near-duplicate", "empty", "too-short", "tie"]), st.integers(0, 500), max_size=4
)


def counted(**parts: dict[str, Any]) -> Round:
    """The round of the example with other counts."""
    raw = example.round_of(1)
    return read(example.bare(rounds=[raw | {name: raw[name] | part for name, part in parts.items()}])).rounds[0]


def test_the_example_is_accounted_for() -> None:
    part = read(example.summary(1)).rounds[0]
    assert funnel.unaccounted(part) == []
    rows = [(row.kind, row.label, row.count) for row in funnel.steps(part)]
    assert rows[0] == ("kept", "raw questions written", 1973)
    assert rows[1] == ("drop", "near-duplicate", 431)
    assert [count for kind, _, count in rows if kind == "kept"] == [1973, 1500, 988, 983]


@given(st.integers(0, 1000), COUNTS, COUNTS, COUNTS)
def test_every_row_is_kept_or_dropped_under_a_name(
    left: int, first: dict[str, int], second: dict[str, int], third: dict[str, int]
) -> None:
    agreed = left + sum(third.values())
    accepted = agreed + sum(second.values())
    found = counted(
        questions={"written": accepted + sum(first.values()), "accepted": accepted, "drops": first},
        answers={"questions": accepted, "accepted": agreed, "drops": second},
        dataset={"candidates": agreed, "new": left, "drops": third},
    )
    rows = funnel.steps(found)
    assert funnel.unaccounted(found) == []
    assert (rows[0].count or 0) - sum(row.count or 0 for row in rows if row.kind != "kept") == left
    level = rows[0].end
    for row in rows[1:]:
        assert abs(row.end - level) < 1e-9
        level = row.start if row.kind == "drop" else row.end


def test_what_does_not_add_up_is_shown_as_such() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["answers"]["accepted"] -= 7
    part = read(raw).rounds[0]
    assert ("the vote", 7) in funnel.unaccounted(part)
    assert [row.count for row in funnel.steps(part) if row.kind == "gap"] == [7]


def test_a_round_that_wrote_nothing_has_no_funnel() -> None:
    assert funnel.steps(read(example.bare(rounds=[{"round": 1}])).rounds[0]) == []


def test_an_arm_that_uses_other_questions_than_the_vote_accepted_is_accounted_for() -> None:
    found = counted(
        questions={"written": 100, "accepted": 100, "drops": {}},
        answers={"questions": 100, "accepted": 60, "drops": {"tie": 40}},
        dataset={"candidates": 95, "new": 50, "drops": {"contaminated": 5, "beyond-max-pairs": 40}},
    )
    assert funnel.unaccounted(found) == []
    assert [(row.label, row.count) for row in funnel.steps(found) if row.kind == "kept"][-2:] == [
        ("questions that this arm may use", 95),
        ("new training pairs", 50),
    ]
