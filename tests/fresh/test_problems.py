"""Problems are checked by another way of calculating: each equation is solved for `x`, from its text alone."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.fresh import LEVELS, SIZES, STRUCTURES, Problem, problems
from crescent.fresh.__main__ import main
from crescent.fresh.problem import written
from crescent.fresh.words import PEOPLE, THINGS
from crescent.voting import equivalent, extract_answer

SEEDS = st.integers(0, 10**9)
WORDS = {"twice": 2, "half": 2, "three": 3, "third": 3, "four": 4, "quarter": 4, "five": 5, "fifth": 5}
KNOWN = {1, 7, 24, 60, 100, 1000}
"""Numbers that nobody has to be told: of units, of percent, of the whole."""


def value(node: ast.AST, names: dict[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=sign, right=right):
            one, other = value(left, names), value(right, names)
            match sign:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return one / other
                case ast.Mod():
                    return one % other
                case ast.FloorDiv():
                    return Fraction(one // other)
    raise AssertionError(ast.dump(node))


def sides(relation: str) -> tuple[ast.AST, ast.AST]:
    parsed = ast.parse(relation, mode="eval").body
    assert isinstance(parsed, ast.Compare) and len(parsed.ops) == 1 and isinstance(parsed.ops[0], ast.Eq)
    return parsed.left, parsed.comparators[0]


def solved(problem: Problem) -> Fraction:
    """The one number that fulfils all equations; they are linear in `x`, or give it."""
    names: dict[str, Fraction] = {}
    *before, last = problem.relations
    for relation in before:
        left, right = sides(relation)
        assert isinstance(left, ast.Name)
        names[left.id] = value(right, names)
    left, right = sides(last)
    if isinstance(left, ast.Name):
        return value(right, names)
    at = [value(left, names | {"x": Fraction(x)}) - value(right, names | {"x": Fraction(x)}) for x in range(3)]
    slope = at[1] - at[0]
    assert slope == at[2] - at[1] != 0, "one solution and no other"
    return -at[0] / slope


def literals(problem: Problem) -> set[int]:
    nodes = [node for relation in problem.relations for node in ast.walk(ast.parse(relation))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int)}


def told(question: str) -> set[int]:
    return {int(number) for number in re.findall(r"\d+", question)}


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=25)
@given(seed=SEEDS)
def test_answers_are_what_the_equations_say(level: int, seed: int) -> None:
    for problem in problems(seed, level, 6):
        assert Fraction(problem.answer) == solved(problem) > 0, problem
        if level <= 4:
            assert problem.answer.isdigit()


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=25)
@given(seed=SEEDS)
def test_texts_tell_what_the_equations_take(level: int, seed: int) -> None:
    """Nothing is missing in the text, and nothing in it is idle, but how many values a mean is of."""
    for problem in problems(seed, level, 6):
        in_words = {number for word, number in WORDS.items() if re.search(rf"\b{word}\b", problem.question)}
        said, taken = told(problem.question), literals(problem)
        assert said <= taken, problem
        assert taken - said - in_words <= KNOWN, problem


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=15)
@given(seed=SEEDS)
def test_english(level: int, seed: int) -> None:
    names, things = {name for name, _, _ in PEOPLE}, set(THINGS)
    for problem in problems(seed, level, 6):
        text = problem.question
        assert re.fullmatch(r"[A-Z0-9].*[.?]", text) and "  " not in text and not re.search(r"[{}_]", text)
        assert not re.search(r"(?<![\d.])1 [a-z]", text), text  # "1 shells", "1 more"
        assert not re.search(r"\ba [aeiou]\w", text.replace("a unit", "")), text
        assert not re.search(r"\ban [^aeiou]", text), text
        assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in re.split(r"(?<=[.?]) ", text)), text
        assert len({word for word in re.findall(r"\w+", text) if word in things}) <= 1, text
        for name in names & set(re.findall(r"\w+", text)):
            assert re.search(rf"\b{name}\b", text)


def test_operations_and_sizes_rise_with_the_level() -> None:
    mean = []
    for level in LEVELS:
        drawn = problems(3, level, 60)
        assert {problem.operations for problem in drawn} == {level}
        signs = [sum(map(relation.count, "+-*/%")) for problem in drawn for relation in problem.relations]
        assert sum(signs) >= level * len(drawn)
        numbers = [number for problem in drawn for number in told(problem.question)]
        mean.append(sum(numbers) / len(numbers))
        assert max(numbers) <= 50 * SIZES[level]
        assert len({problem.structure for problem in drawn}) >= 8
    assert all(one < other for one, other in zip(mean, mean[2:], strict=False))


def test_every_structure_stands_at_every_level_it_names() -> None:
    found = Counter((problem.structure, level) for level in LEVELS for problem in problems(11, level, 150))
    assert found.keys() == {
        (name, level) for name, (_, low, high) in STRUCTURES.items() for level in range(low, high + 1)
    }


def test_the_same_seed_gives_the_same_problems_and_a_part_of_them() -> None:
    all_of_them = problems(7, 3, 40)
    assert problems(7, 3, 40) == all_of_them
    assert problems(7, 3, 15) == all_of_them[:15]
    assert all_of_them[0].question == FIRST and all_of_them[0].answer == ANSWER


FIRST = (
    "There were 99 keys in a drawer of Zeno's. He filled 6 jars with 14 keys each and sold the jars. He packed"
    " them into boxes of 10, as many full boxes as possible. How many keys were left over?"
)
ANSWER = "5"
"""The texts are part of what a figure means: who changes them changes the version of the tasks."""


def test_other_seeds_and_levels_give_other_problems() -> None:
    sets = [{problem.question for problem in problems(seed, level, 60)} for level in LEVELS for seed in range(3)]
    assert all(len(texts) == 60 for texts in sets)
    assert len(set().union(*sets)) >= 0.99 * 60 * len(sets)


@pytest.mark.parametrize("level", [1, 4, 8])
def test_answers_are_read_by_rule(level: int) -> None:
    for problem in problems(5, level, 30):
        for reply in (f"So we get \\boxed{{{problem.answer}}}.", f"The answer is {problem.answer}."):
            assert equivalent(extract_answer(reply), problem.answer), (reply, problem)
        assert not equivalent(extract_answer(f"\\boxed{{{written(Fraction(problem.answer) + 1)}}}"), problem.answer)


@pytest.mark.parametrize(
    ("number", "text"),
    [("35", "35"), ("35/2", "17.5"), ("7/3", "7/3"), ("1/100", "0.01"), ("161/25", "6.44"), ("-5/2", "-2.5")],
)
def test_how_answers_are_written(number: str, text: str) -> None:
    assert written(Fraction(number)) == text


def test_a_level_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no level 9: levels are 1 to 8"):
        problems(1, 9, 1)


def test_the_command_prints_problems(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--seed", "7", "--level", "2", "--count", "3", "--json"])
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["question"] for row in printed] == [problem.question for problem in problems(7, 2, 3)]
    main(["--seed", "7", "--level", "2", "--count", "3"])
    printed = capsys.readouterr().out.split("\n\n")
    assert [text.splitlines()[0] for text in printed if text] == [one.question for one in problems(7, 2, 3)]


def test_it_needs_nothing_but_python() -> None:
    source = str(Path(__file__).parents[2] / "src")
    code = "import sys, crescent.fresh; sys.exit(bool({'torch', 'numpy', 'lm_eval', 'datasets'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": source}, check=True)
    command = [sys.executable, "-m", "crescent.fresh", "--level", "9"]
    refused = subprocess.run(command, env={"PYTHONPATH": source}, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "invalid choice: 9" in refused.stderr
