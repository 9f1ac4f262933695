"""No two small expressions that differ at a random point are called equal, and equality keeps its laws."""

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.voting import canonical, equivalent, group

pytest.importorskip("math_verify")
SOURCE = Path(__file__).parents[3] / "benchmarks" / "random_expressions.py"


@pytest.fixture(scope="module")
def expressions() -> ModuleType:
    spec = importlib.util.spec_from_file_location("random_expressions", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_that_differs_is_called_equal(expressions: ModuleType) -> None:
    found = expressions.false_equal(2000, seed=7)
    assert found["false_equal"] == 0
    assert found["pairs_equal"] > 400
    assert found["pairs_missed"] <= 0.03 * found["pairs"]


def test_the_oracle_sees_a_difference(expressions: ModuleType) -> None:
    assert expressions.differ(lambda at: at["x"], lambda at: at["x"] + 1e-6, 0)
    assert not expressions.differ(lambda at: at["x"] * 2, lambda at: at["x"] + at["x"], 0)


PIECES = st.sampled_from(
    ["_2", "2", "3.5", "x", "y", "\\pi", "\\sqrt{2}", "!", "^2", "+", "-", "*", "/", "(", ")", "\\frac{1}{2}",
     "=", "i", " ", "%",
     "\\sin", "|", ",", "m", "°", "ab", "{", "}", "±", "cm", ":", "A", "and", "three"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=9), st.lists(PIECES, min_size=1, max_size=9))
def test_equality_is_reflexive_and_symmetric(one: list[str], other: list[str]) -> None:
    left, right = "".join(one), "".join(other)
    assert equivalent(left, left) == bool(canonical(left))
    assert equivalent(left, right) == equivalent(right, left)
    assert canonical(canonical(left)) == canonical(left)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(PIECES, min_size=1, max_size=6).map("".join), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_groups_of_formulas_do_not_depend_on_order(texts: list[str], chance: random.Random) -> None:
    keys = [canonical(text) or None for text in texts]
    order = list(range(len(keys)))
    chance.shuffle(order)
    groups, shuffled = group(keys), group([keys[index] for index in order])
    for a in range(len(order)):
        for b in range(len(order)):
            assert (shuffled[a] == shuffled[b]) == (groups[order[a]] == groups[order[b]])


def test_undecided_comparisons_are_counted() -> None:
    assert group([canonical("1/2(x+1)"), canonical("\\frac{x+1}{2}")]).undecided == 1
    assert group([canonical("2x+3"), canonical("3+2x")]).undecided == 0
    assert group([canonical("10^{10^{10^{10}}}"), canonical("10^{10^{10^{11}}}")]).undecided == 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    ["9^{9^{9^{9}}}", "(" * 140 + "x" + ")" * 140, "5000!" + "!" * 3, "x^{999999}" * 20,
     "-" * 290 + "x", "2" + "^2" * 140, "\\frac{1}{x}" * 25,
     "\\sin" * 70 + "x", "10^{-99999}+x", "(x+1)^{500}" * 10,
     "1000000!", "\\sqrt{" * 40 + "2" + "}" * 40, "((x^{99})^{99})^{99}"],
)  # fmt: skip
def test_no_formula_holds_the_comparison_up(text: str) -> None:
    assert equivalent(text, "x+1") is False
    assert equivalent("7", text) is False


def test_a_hundred_kilobytes_are_compared() -> None:
    for piece in ("x+", "2^3 ", "1,", "a=1, ", "5!", "(1)", "\\frac12", "three ", "°", "1:", "_2", "A,"):
        text = piece * (100_000 // len(piece))
        assert not equivalent(text, "7")
        assert equivalent(text, text)
