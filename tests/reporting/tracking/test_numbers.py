import re

from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.tracking.numbers import numbers, plain_name, round_of


def test_numbers_of_nested_facts() -> None:
    facts = {"accepted": 3, "drops": {"tie": 1}, "warning": None, "ending": "x", "new": True, "bad": float("nan")}
    assert numbers(facts, "q") == {"q/accepted": 3.0, "q/drops/tie": 1.0, "q/new": 1.0}
    assert numbers(facts, "q", ("accepted",)) == {"q/accepted": 3.0}


def test_rounds() -> None:
    assert [round_of(name) for name in ("round-03", "base", "audit", "round-x")] == [3, 0, 0, 0]


@given(st.text(min_size=1, max_size=200), st.integers(20, 128))
def test_plain_names(text: str, longest: int) -> None:
    assert re.fullmatch(rf"[A-Za-z0-9._-]{{1,{longest}}}", plain_name(text, longest))
