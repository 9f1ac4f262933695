from email.utils import formatdate
from time import time

from hypothesis import given
from hypothesis import strategies as st

from crescent.generation.endpoint import LONGEST, PATIENCE, pause


@given(first=st.floats(0.01, 60), attempt=st.integers(0, 200), seed=st.text())
def test_it_doubles_up_to_the_longest_and_spreads_by_half(first: float, attempt: int, seed: str) -> None:
    whole = min(LONGEST, first * 2 ** min(attempt, 40))
    assert whole / 2 <= pause(first, attempt, seed) <= whole
    assert pause(first, attempt, seed) == pause(first, attempt, seed)


def test_clients_spread() -> None:
    assert len({pause(1.0, 3, str(seed)) for seed in range(50)}) == 50


def test_the_server_is_waited_for_in_seconds_or_until_a_date() -> None:
    assert pause(0.5, 0, "1", "7") == 7
    assert 15 < pause(0.5, 0, "1", formatdate(time() + 20, usegmt=True)) <= 20
    assert pause(0.5, 0, "1", "1000000") == PATIENCE


def test_a_header_that_says_nothing_is_ignored() -> None:
    usual = pause(0.5, 2, "1")
    for header in ("", "soon", "-5", formatdate(0, usegmt=True), "Mon, 99 Foo"):
        assert pause(0.5, 2, "1", header) == usual
