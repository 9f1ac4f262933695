from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crescent.loop.stages.context import Context
from crescent.reporting.summary.examples import ACCEPTED, DROPS, REJECTED, drop_samples, evenly, question_samples


@given(size=st.integers(0, 60), count=st.integers(0, 20))
def test_spread_takes_first_to_last_evenly_and_none_twice(size: int, count: int) -> None:
    chosen = evenly(range(size), count)
    assert len(chosen) == min(size, count)
    assert chosen == sorted(set(chosen))
    if 2 <= count <= size:
        assert (chosen[0], chosen[-1]) == (0, size - 1)
        gaps = [right - left for left, right in pairwise(chosen)]
        assert max(gaps) - min(gaps) <= 1


def test_samples_are_the_same_every_time(finished_run: Path, context_of: Callable[..., Context]) -> None:
    assert drop_samples(context_of(finished_run), 1) == drop_samples(context_of(finished_run), 1)
    assert question_samples(context_of(finished_run), 1) == question_samples(context_of(finished_run), 1)


def test_question_samples_show_all_votes(finished_run: Path, context_of: Callable[..., Context]) -> None:
    samples = question_samples(context_of(finished_run), 1)
    assert 0 < len(samples) <= ACCEPTED + REJECTED
    for sample in samples:
        assert sum(sample.votes.values()) == 4
        assert list(sample.votes.values()) == sorted(sample.votes.values(), reverse=True)
        assert sample.accepted == (sample.reason is None)
        if sample.accepted:
            assert sample.votes[sample.answer or ""] == sample.agreement * 4
            assert sample.answer is not None and sample.answer in sample.solution
    accepted = [sample.agreement for sample in samples if sample.accepted]
    assert accepted == sorted(accepted, reverse=True)


def test_near_duplicates_come_with_the_question_they_are_like(
    finished_run: Path, context_of: Callable[..., Context]
) -> None:
    for number in (1, 2):
        samples = drop_samples(context_of(finished_run), number)
        assert len(samples) <= DROPS
        for sample in samples:
            assert (sample.other_text is not None) == (sample.reason == "near-duplicate")
