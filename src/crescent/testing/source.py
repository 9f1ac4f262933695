"""What every source of questions promises, whatever it asks with."""

import random
import shutil
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.schema import Questions
from crescent.loop.sources.source import Asked, Source, Turn
from crescent.testing.slot import SlotContract

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


class SourceContract(SlotContract):
    """It needs nothing but the section: sources are built anew wherever a test says that they were."""

    slot = "source"

    def built(self, section: dict[str, Any]) -> Source:
        """A new object of the section."""
        source: Source = self.filled.build(section)
        return source

    def test_it_asks_with_one_thing_and_says_where_from(self, section: dict[str, Any]) -> None:
        first = self.built(section).ask(turn(0))
        assert isinstance(first, Asked)
        assert sum(part is not None for part in (first.prompt, first.begin, first.question)) == 1
        assert first.origin.strip() and "\n" not in first.whence

    def test_the_same_turn_gives_the_same_answer(self, section: dict[str, Any]) -> None:
        source = self.built(section)
        asked = [source.ask(turn(number)) for number in range(TURNS)]
        assert asked == [source.ask(turn(number)) for number in range(TURNS)]
        assert asked == [self.built(section).ask(turn(number)) for number in range(TURNS)]

    def test_the_order_in_which_turns_are_asked_does_not_matter(self, section: dict[str, Any]) -> None:
        source, numbers = self.built(section), list(range(TURNS))
        random.Random(7).shuffle(numbers)
        found = {number: source.ask(turn(number)) for number in numbers}
        assert found == {number: self.built(section).ask(turn(number)) for number in range(TURNS)}

    def test_an_end_is_an_end_and_the_number_alone_decides_it(self, section: dict[str, Any]) -> None:
        source = self.built(section)
        there = [source.ask(turn(number)) is not None for number in range(20 * TURNS)]
        assert there == sorted(there, reverse=True)
        other = (msgspec.structs.replace(turn(number), id="x", seed=3, pool=list) for number in range(20 * TURNS))
        assert there == [source.ask(each) is not None for each in other]

    def test_inputs_are_digests_and_stay_what_they_are(self, section: dict[str, Any]) -> None:
        source = self.built(section)
        inputs = source.inputs()
        assert all(name and len(digest) >= 16 for name, digest in inputs.items())
        source.ask(turn(0))
        assert self.built(section).inputs() == source.inputs() == inputs

    def test_other_content_has_another_digest_and_another_place_has_not(
        self, section: dict[str, Any], tmp_path: Path
    ) -> None:
        """Of a file that a setting names; it is copied, and the copy alone is changed."""
        files = {
            name: Path(value) for name, value in section.items() if isinstance(value, str) and Path(value).is_file()
        }
        if not files:
            return  # It reads no file of its own.
        name, file = next(iter(files.items()))
        (tmp_path / "elsewhere").mkdir()
        copy = Path(shutil.copy(file, tmp_path / "elsewhere"))
        moved = {**section, name: str(copy)}
        before = self.built(section).inputs()
        assert self.built(moved).inputs() == before
        copy.write_text(copy.read_text() + copy.read_text().splitlines(keepends=True)[-1])
        assert self.built(moved).inputs() != before

    def test_provenance_names_no_place_of_this_machine(self, section: dict[str, Any]) -> None:
        tell = getattr(self.built(section), "provenance", None)
        if tell is not None:
            said = tell("nano").sentence
            assert said.endswith(".")
            places = {str(Path(value).parent) for value in section.values() if isinstance(value, str) and "/" in value}
            assert not any(place in said for place in places - {"."})
