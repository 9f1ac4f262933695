import ast
from itertools import product
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import crescent
from crescent.config.seeds import derived_seed

STAGES = ("proposer", "questions", "answers", "dataset", "replay", "training", "samples", "evaluation")
parts = st.lists(st.integers(0, 2**31) | st.text(max_size=9), max_size=4)


def test_seeds_are_fixed_for_all_time() -> None:
    """Another value here means that every run ever made would come out differently."""
    assert derived_seed(1, "round-01/training") == 2778644690286290246


def test_no_two_stages_of_any_round_and_seed_share_one() -> None:
    """With sums, seed 1's round 2 trained like seed 2's round 1."""
    names = [f"round-{number:02d}/{stage}" for number in range(1, 51) for stage in STAGES]
    found = {derived_seed(seed, name) for seed, name in product(range(200), names)}
    assert len(found) == 200 * len(names)


@given(seed=st.integers(0, 2**31 - 1), one=parts, other=parts)
def test_a_seed_depends_on_every_part_and_on_their_order(
    seed: int, one: list[str | int], other: list[str | int]
) -> None:
    assert 0 <= derived_seed(seed, *one) < 2**63
    assert (derived_seed(seed, *one) == derived_seed(seed, *other)) == (one == other)


def test_how_parts_are_cut_matters() -> None:
    assert len({derived_seed(1, *cut) for cut in (("a", "b"), ("ab",), ("a,b",), ('a","b',), ("b", "a"))}) == 5
    assert derived_seed(1, 2) != derived_seed(1, "2") != derived_seed(12)


def test_nobody_calculates_with_a_seed() -> None:
    """Sums and products of seeds collide. The sums that are left count the seeds of a claim's runs, each a run's.

    `nano/` made the weights in this package, long ago, and stays as it was.
    """
    package = Path(crescent.__file__).parent
    found = []
    for path in set(package.rglob("*.py")) - set((package / "nano").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.BinOp) and any(named_seed(side) for side in (node.left, node.right)):
                found.append((path.relative_to(package).as_posix(), ast.unparse(node)))
    assert sorted(found) == [
        ("commands/claim/runs.py", "config.seed + config.claim.repeats"),
        ("commands/verify/claim.py", "config.seed + repeats"),
    ]


def named_seed(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "seed") or (
        isinstance(node, ast.Attribute) and node.attr == "seed"
    )
