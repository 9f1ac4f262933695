from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.generation.waiting import Prompt, Waiting

GROUPS = st.lists(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2), st.integers(0, 5)), max_size=6), max_size=4)


def waiting(groups: list[list[tuple[int, int, int]]], context: int = 8) -> tuple[Waiting, list[list[Prompt]]]:
    """Prompts of `length` times token `kind`, with `samples` seeds."""
    prompts = [[Prompt([kind] * length, list(range(samples))) for length, kind, samples in group] for group in groups]
    return Waiting(prompts, context, 3), prompts


@given(groups=GROUPS, free=st.integers(1, 6), tokens=st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_every_sequence_with_room_is_taken_once(
    groups: list[list[tuple[int, int, int]]], free: int, tokens: int
) -> None:
    jobs, prompts = waiting(groups)
    expected = [
        (g, p, s)
        for g, group in enumerate(prompts)
        for p, prompt in enumerate(group)
        for s in range(len(prompt.seeds))
        if len(prompt.ids) < 8
    ]
    assert jobs.sequences == len(expected)
    found = []
    while jobs:
        taken = jobs.take(free, free, tokens)
        assert 0 < sum(len(job.places) for job in taken) <= free
        assert len(taken) == 1 or max(len(job.ids) for job in taken) * len(taken) <= tokens
        for job in taken:
            assert job.limit == min(3, 8 - len(job.ids))
            assert [(job.ids, seed) for seed in job.seeds] == [
                (prompts[g][p].ids, prompts[g][p].seeds[s]) for g, p, s in job.places
            ]
            found += job.places
    assert sorted(found) == expected


def test_what_is_given_back_comes_first_again() -> None:
    jobs, _ = waiting([[(3, 1, 2), (2, 1, 2), (4, 1, 1)]])
    first = jobs.take(4, 16, 100)
    assert [len(job.ids) for job in first] == [2, 3]
    jobs.give_back(first)
    assert [len(job.ids) for job in jobs.take(5, 16, 100)] == [2, 3, 4]


def test_a_small_job_waits_until_it_fits_and_a_large_one_is_cut() -> None:
    jobs, _ = waiting([[(2, 1, 4), (3, 1, 40)]])
    assert jobs.take(3, 16, 100) == []
    assert [len(job.places) for job in jobs.take(6, 16, 100)] == [4, 2]
    assert [len(job.places) for job in jobs.take(16, 16, 100)] == [16]
