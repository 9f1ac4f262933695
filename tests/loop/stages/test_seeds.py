"""Seed problems: read with every mistake named, and varied by the seed alone."""

from pathlib import Path

import pytest

from crescent.config.schema import Questions
from crescent.config.seeds import derived_seed
from crescent.errors import DataError
from crescent.loop.stages.seeds import seed_problems, variation

SEEDS = ["One {other}?", "Two?", "Three?"]


def test_the_seeds_of_the_package() -> None:
    assert len(seed_problems("embedded:nano")) == 16


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{"question": "One?"}\n{"text": "Two?"}\n', "row 2: column `question` is missing or empty"),
        ('{"question": "One?"}\n{"question": " One?"}\n', "fewer than two different problems"),
        ('{"question": "One?"}\n{"question":\n', "row 2: not valid JSON"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(tmp_path: Path, content: str, line: str) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=line) as error:
        seed_problems(str(path))
    assert str(path) in str(error.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(DataError, match=r"there is no file nowhere\.jsonl"):
        seed_problems("nowhere.jsonl")


def test_the_seed_decides_which_problem_is_varied() -> None:
    config = Questions(rewrite="{question} / {other}")
    asked = [variation(config, SEEDS, derived_seed(1, f"q{number}")) for number in range(200)]
    assert asked == [variation(config, SEEDS, derived_seed(1, f"q{number}")) for number in range(200)]
    assert set(asked) == {f"{one} / {other}" for one in SEEDS for other in SEEDS if one != other}


def test_a_prompt_of_its_own_wins() -> None:
    assert variation(Questions(vary="Vary: {question}", rewrite="no"), ["One?", "One?"], 3) == "Vary: One?"
