from hypothesis import given
from hypothesis import strategies as st

from crescent.generation.request import sample_seed


def test_seeds_are_fixed_for_all_time() -> None:
    """Another value here means that every run ever made would come out differently."""
    assert sample_seed(1, "r01-w001-q00000", 0) == 4100138312391604450
    assert sample_seed(1, "r01-w001-q00000", 1) == 3733089995777170356


@given(run=st.integers(0, 2**31 - 1), request=st.text(max_size=20), sample=st.integers(0, 4096))
def test_seeds_have_63_bits(run: int, request: str, sample: int) -> None:
    assert 0 <= sample_seed(run, request, sample) < 2**63


def test_seeds_do_not_repeat() -> None:
    seeds = {sample_seed(run, f"q{q}", s) for run in range(5) for q in range(40) for s in range(40)}
    assert len(seeds) == 5 * 40 * 40
