import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.nano.plans import KINDS
from crescent.nano.solver import solve
from crescent.nano.world import LARGE, SMALL, problem

SEEDS = st.integers(min_value=0, max_value=10**9)


@settings(max_examples=300, deadline=None)
@given(seed=SEEDS)
def test_solver_reads_back_the_answer(seed):
    drawn = problem(seed)
    assert solve(drawn.question) == drawn.answer >= 0


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, steps=st.just(3))
def test_solver_reads_every_kind(kind, seed, steps):
    drawn = problem(seed, kind=kind, steps=steps)
    assert (drawn.kind, drawn.steps) == (kind, steps)
    assert solve(drawn.question) == drawn.answer


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, steps=st.sampled_from([5, 6]))
def test_large_problems_stay_within_their_limit(seed, steps):
    drawn = problem(seed, steps=steps, sizes=LARGE)
    assert solve(drawn.question) == drawn.answer <= LARGE.limit


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_worked_solution_computes_correctly_and_ends_in_the_marker(seed):
    drawn = problem(seed)
    steps, _, last = drawn.worked.rpartition(". #### ")
    assert int(last) == drawn.answer
    assert drawn.bare == f"#### {drawn.answer}"
    written = steps.removeprefix("First ").split(". Then ")
    assert len(written) == drawn.steps
    for step in written:
        left, sign, right, _, result = step.split(" ")
        expected = {
            "+": int(left) + int(right),
            "-": int(left) - int(right),
            "*": int(left) * int(right),
            "/": int(left) / int(right) if int(right) else None,
        }
        assert expected[sign] == int(result) <= SMALL.limit
    assert written[-1].endswith(f"= {drawn.answer}")


def test_problems_do_not_depend_on_the_hash_seed():
    code = (
        "import json; from crescent.nano.world import problem; "
        "print(json.dumps([problem(seed).question for seed in range(40)]))"
    )
    here = [problem(seed).question for seed in range(40)]
    for hash_seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(result.stdout) == here


def test_unknown_kind_and_impossible_number_of_steps_are_refused():
    with pytest.raises(ValueError, match="no kind 'riddle'"):
        problem(0, kind="riddle")
    with pytest.raises(ValueError, match="no age problem of 6 steps"):
        problem(0, kind="age", steps=6)


def test_every_kind_occurs_among_few_problems():
    assert {problem(seed).kind for seed in range(300)} == set(KINDS)
