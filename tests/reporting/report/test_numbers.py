import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.report import numbers


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (numbers.percent(numbers.ratio(3, 4)), "75.0 %"),
        (numbers.percent(numbers.ratio(0, 4)), "0.0 %"),
        (numbers.percent(numbers.ratio(0, 0)), "not known"),
        (numbers.percent(numbers.ratio(None, 4)), "not known"),
        (numbers.percent(0.381), "38.1 %"),
        (numbers.percent(0.0), "0.0 %"),
        (numbers.percent(None), "not known"),
        (numbers.percent(math.nan), "not a number"),
        (numbers.count(1234567), "1,234,567"),
        (numbers.count(None), "not known"),
        (numbers.fixed(-0.04), "0.0"),
        (numbers.fixed(-0.06), "−0.1"),
        (numbers.fixed(0.3, sign=True), "+0.3"),
        (numbers.fixed(0.0, sign=True), "0.0"),
        (numbers.fixed(3.2e22), "3.2e+22"),
        (numbers.fixed(math.inf), "not a number"),
        (numbers.brackets(0.381, 0.45, True), " [38.1, 45.0]"),
        (numbers.brackets(None, 0.45, True), ""),
        (numbers.difference(-0.0123, True), "−1.2"),
        (numbers.interval(-0.01, 0.02, True), "−1.0 to 2.0"),
        (numbers.interval(None, 0.02, True), "not known"),
        (numbers.score(12.3456, False), "12.346"),
        (numbers.p_value(4e-61), "< 0.001"),
        (numbers.p_value(0.0005), "0.001"),
        (numbers.p_value(0.734), "0.734"),
        (numbers.duration(12.34), "12.3 s"),
        (numbers.duration(185), "3 min 05 s"),
        (numbers.duration(8040), "2 h 14 min"),
        (numbers.per_second(0, 3.0), ""),
        (numbers.per_second(100, 0.0), ""),
        (numbers.per_second(100, 4.0), "25"),
        (numbers.plural(1, "wave"), "1 wave"),
        (numbers.plural(0, "wave"), "0 waves"),
    ],
)
def test_numbers_are_written_one_way(written: str, wanted: str) -> None:
    assert written.replace("\N{NO-BREAK SPACE}", " ") == wanted


@given(st.floats(min_value=-1e14, max_value=1e14, allow_nan=False), st.integers(0, 4), st.booleans())
def test_a_written_number_reads_back_as_itself(value: float, decimals: int, sign: bool) -> None:
    text = numbers.plain(numbers.fixed(value, decimals, sign=sign))
    assert float(text.replace(",", "")) == pytest.approx(value, abs=0.5001 * 10**-decimals, rel=1e-12)


@given(st.floats(min_value=0, max_value=1e7))
def test_a_duration_names_its_seconds_to_the_unit_shown(seconds: float) -> None:
    parts = numbers.duration(seconds).replace(",", "").split()
    shown = sum(
        float(n) * {"s": 1, "min": 60, "h": 3600}[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True)
    )
    assert abs(shown - seconds) <= (60 if "h" in parts else 0.51)


def test_scores_outside_zero_to_one_are_no_shares() -> None:
    assert numbers.is_share([0.0, 1.0, None, math.nan])
    assert not numbers.is_share([0.4, 14.2])
