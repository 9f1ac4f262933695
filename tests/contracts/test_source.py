"""What holds for every source of questions, whatever it asks with. `SourceContract` is for any class of the slot."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.config.schema import Questions
from crescent.config.slots import SLOTS
from crescent.loop.sources.source import Asked, Source, Turn

POOL = [f"Ann has {number} pears and buys {number + 2}. How many has she?" for number in range(40)]
PROMPTS = Questions(bait="Write a problem.", rewrite="Not {question} and not {other}.")
TURNS = 50


def turn(number: int, run_seed: int = 1) -> Turn:
    """Turn `number` of a run with this seed."""
    return Turn(
        id=f"r01-w001-q{number:05d}",
        number=number,
        seed=random.Random(f"{run_seed} {number}").getrandbits(63),
        run_seed=run_seed,
        pool=lambda: POOL,
        prompts=PROMPTS,
    )


class SourceContract:
    """The suite. A subclass has the fixture `section`: the source's section of the configuration, with `use`.

    It needs nothing but the configuration: sources are built anew wherever a test says that they were.
    """

    @pytest.fixture
    def section(self, tmp_path: Path) -> dict[str, Any]:
        """What the slot is given."""
        raise NotImplementedError

    def test_the_slot_takes_it(self, section: dict[str, Any]) -> None:
        assert [mistake.text for mistake in SLOTS["source"].mistakes(section)] == []

    def test_it_asks_with_one_thing_and_says_where_from(self, section: dict[str, Any]) -> None:
        first = built(section).ask(turn(0))
        assert isinstance(first, Asked)
        assert sum(part is not None for part in (first.prompt, first.begin, first.question)) == 1
        assert first.origin.strip() and "\n" not in first.whence

    def test_the_same_turn_gives_the_same_answer(self, section: dict[str, Any]) -> None:
        source = built(section)
        asked = [source.ask(turn(number)) for number in range(TURNS)]
        assert asked == [source.ask(turn(number)) for number in range(TURNS)]
        assert asked == [built(section).ask(turn(number)) for number in range(TURNS)]

    def test_the_order_in_which_turns_are_asked_does_not_matter(self, section: dict[str, Any]) -> None:
        source, numbers = built(section), list(range(TURNS))
        random.Random(7).shuffle(numbers)
        found = {number: source.ask(turn(number)) for number in numbers}
        assert found == {number: built(section).ask(turn(number)) for number in range(TURNS)}

    def test_an_end_is_an_end_and_the_number_alone_decides_it(self, section: dict[str, Any]) -> None:
        source = built(section)
        there = [source.ask(turn(number)) is not None for number in range(20 * TURNS)]
        assert there == sorted(there, reverse=True)
        other = (msgspec.structs.replace(turn(number), id="x", seed=3, pool=list) for number in range(20 * TURNS))
        assert there == [source.ask(each) is not None for each in other]

    def test_inputs_are_digests_and_stay_what_they_are(self, section: dict[str, Any]) -> None:
        source = built(section)
        inputs = source.inputs()
        assert all(name and len(digest) >= 16 for name, digest in inputs.items())
        source.ask(turn(0))
        assert built(section).inputs() == source.inputs() == inputs

    def test_other_content_has_another_digest(self, section: dict[str, Any]) -> None:
        values = [Path(value) for value in section.values() if isinstance(value, str)]
        file = next((value for value in values if value.is_file()), None)
        if file is None:
            return  # It reads no file of ours.
        before = built(section).inputs()
        file.write_text(file.read_text() + file.read_text().splitlines(keepends=True)[-1])
        assert built(section).inputs() != before

    def test_provenance_names_no_place_of_this_machine(self, section: dict[str, Any], tmp_path: Path) -> None:
        tell = getattr(built(section), "provenance", None)
        if tell is not None:
            said = tell("nano").sentence
            assert said.endswith(".") and str(tmp_path) not in said


def built(section: dict[str, Any]) -> Source:
    """A new object of the section."""
    source: Source = SLOTS["source"].build(section)
    return source


def lines(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def questions(path: Path, count: int) -> str:
    return lines(path, *({"question": f"How many are {number} and {number + 1}?"} for number in range(count)))


class TestBait(SourceContract):
    @pytest.fixture
    def section(self, tmp_path: Path) -> dict[str, Any]:
        return {"use": "bait"}


class TestFile(SourceContract):
    @pytest.fixture(params=[{}, {"shuffle": True}, {"limit": 7}, {"shuffle": True, "limit": 60}])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "file", "path": questions(tmp_path / "own.jsonl", 30), **request.param}


class TestVary(SourceContract):
    @pytest.fixture
    def section(self, tmp_path: Path) -> dict[str, Any]:
        return {"use": "vary", "path": questions(tmp_path / "seeds.jsonl", 5)}


class TestFewshot(SourceContract):
    @pytest.fixture(params=[True, False])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "fewshot"} | ({"path": questions(tmp_path / "few.jsonl", 9)} if request.param else {})


class TestEmpty(SourceContract):
    @pytest.fixture(params=["", "If "])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "empty", "begin": request.param}


class TestDocuments(SourceContract):
    @pytest.fixture(params=[{}, {"shuffle": True}, {"times": 3}])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        (tmp_path / "book.txt").write_text("\n\n".join(f"Chapter {n}. The farm has {n} hens." for n in range(12)))
        return {"use": "documents", "path": str(tmp_path / "book.txt"), "size": 60, **request.param}


class TestMixed(SourceContract):
    @pytest.fixture(params=[True, False])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        few = {"use": "file", "path": questions(tmp_path / "few.jsonl", 8), "share": 2}
        more = {"use": "file", "path": questions(tmp_path / "more.jsonl", 25), "shuffle": True}
        return {"use": "mixed", "parts": [few, more, *([{"use": "bait", "share": 0.5}] if request.param else [])]}
