"""What each source asks for."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema import Config, Questions
from crescent.config.slots import SLOTS
from crescent.loop.sources.documents import passages
from crescent.loop.sources.mixed import Mixed
from crescent.loop.sources.source import Asked
from crescent.loop.trial import available, tried
from crescent.testing.source import POOL, turn
from tests.contracts.test_source import questions

built = SLOTS["source"].build


def asked(section: dict[str, Any], number: int, **turns: Any) -> Asked:
    found = built(section).ask(msgspec.structs.replace(turn(number), **turns))
    assert found is not None
    return found


def test_a_file_is_taken_row_by_row(tmp_path: Path) -> None:
    section = {"use": "file", "path": questions(tmp_path / "own.jsonl", 5), "limit": 4}
    rows = [asked(section, number) for number in range(4)]
    assert [row.whence for row in rows] == [f"file own.jsonl, row {number}" for number in range(1, 5)]
    assert rows[2].question == "How many are 2 and 3?" and not rows[2].screened
    assert built(section).ask(turn(4)) is None
    assert asked({**section, "screened": True}, 0).screened


def test_the_runs_seed_shuffles_a_file_and_nothing_else_does(tmp_path: Path) -> None:
    section = {"use": "file", "path": questions(tmp_path / "own.jsonl", 30), "shuffle": True}
    orders = [[asked(section, number, run_seed=seed).question for number in range(30)] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert set(orders[0]) == set(orders[2]) and len(set(orders[0])) == 30
    assert asked({**section, "limit": 3}, 2).question == orders[0][2]


def test_any_two_seed_problems_are_varied_and_the_seed_decides_which(tmp_path: Path) -> None:
    section = {"use": "vary", "path": questions(tmp_path / "seeds.jsonl", 3)}
    texts = [f"How many are {number} and {number + 1}?" for number in range(3)]
    found = {asked(section, number).prompt for number in range(200)}
    assert found == {f"Not {one} and not {other}." for one in texts for other in texts if one != other}
    own = asked(section, 1, prompts=Questions(vary="Vary: {question}", rewrite="no"))
    assert own.prompt is not None and own.prompt.startswith("Vary: How many")
    assert own.whence == f"vary seeds.jsonl, problem {texts.index(own.prompt.removeprefix('Vary: ')) + 1}"


def test_examples_are_from_the_pool_and_the_bait_stands_in_while_it_is_small() -> None:
    section = {"use": "fewshot", "examples": 2, "prompt": "{examples}\n\nNext:", "example": "Q: {question}"}
    few = asked(section, 0, pool=lambda: POOL[:1])
    assert (few.prompt, few.origin) == ("Write a problem.", "bait")
    found = asked(section, 0, pool=lambda: ["One {question}?", "Two {examples}?"])
    assert found.prompt in ("Q: One {question}?\n\nQ: Two {examples}?\n\nNext:",
                            "Q: Two {examples}?\n\nQ: One {question}?\n\nNext:")  # fmt: skip
    assert found.whence in ("fewshot pool, examples 1, 2", "fewshot pool, examples 2, 1")
    assert len({asked(section, number).prompt for number in range(40)}) > 30


def test_a_user_turn_is_left_to_the_model() -> None:
    assert (asked({"use": "empty"}, 0).begin, asked({"use": "empty", "begin": "If "}, 0).begin) == ("", "If ")


def test_passages_come_in_order_and_again(tmp_path: Path) -> None:
    (tmp_path / "book.md").write_text("One hen.\n\nTwo hens.\n \nThree hens and a cock.")
    section = {"use": "documents", "path": str(tmp_path / "book.md"), "size": 50, "prompt": "About: {passage}"}
    found = [asked(section, number) for number in range(2)]
    assert [each.prompt for each in found] == ["About: One hen.\n\nTwo hens.\n\nThree hens and a cock."] * 2
    assert found[0].whence == "documents book.md, passage 1"
    limited = built({**section, "times": 2})
    assert limited.ask(turn(1)) is not None and limited.ask(turn(2)) is None


@given(text=st.text(st.sampled_from("ab .\n"), max_size=200), size=st.integers(3, 40))
@settings(max_examples=300)
def test_passages_are_short_enough_and_lose_no_word(text: str, size: int) -> None:
    found = list(passages(text, size))
    assert all(0 < len(passage) <= size for passage in found)
    assert "".join("".join(found).split()) == "".join(text.split())
    for one, other in pairwise(found):
        assert len(one) + 2 + len(other.split("\n\n")[0]) > size or len(one) + 1 + len(other.split(" ")[0]) > size


@given(shares=st.lists(st.floats(0.01, 10), min_size=1, max_size=5), count=st.integers(1, 300))
@settings(max_examples=100)
def test_no_part_is_a_turn_ahead_of_its_share(shares: list[float], count: int) -> None:
    parts = [{"use": "empty", "begin": str(number), "share": share} for number, share in enumerate(shares)]
    source = Mixed(parts=parts)
    found = Counter(source.ask(turn(number)).begin for number in range(count))  # type: ignore[union-attr]
    for number, share in enumerate(shares):
        assert found[str(number)] < count * share / sum(shares) + 1


def test_a_part_that_ends_gives_its_turns_to_the_others(tmp_path: Path) -> None:
    parts = [
        {"use": "file", "path": questions(tmp_path / "few.jsonl", 3)},
        {"use": "file", "path": questions(tmp_path / "more.jsonl", 9)},
        {"use": "file", "path": questions(tmp_path / "most.jsonl", 12)},
    ]
    source = built({"use": "mixed", "parts": parts})
    found = [source.ask(turn(number)) for number in range(25)]
    assert [each is None for each in found] == [False] * 24 + [True]
    assert Counter(each.origin for each in found[:9] if each) == {
        "file few.jsonl": 3, "file more.jsonl": 3, "file most.jsonl": 3,
    }  # fmt: skip
    assert Counter(each.origin for each in found[:15] if each)["file most.jsonl"] == 6
    assert len({each.whence for each in found if each}) == 24
    assert list(source.inputs()) == ["parts[0] few.jsonl", "parts[1] more.jsonl", "parts[2] most.jsonl"]


@pytest.mark.parametrize("count", [1, 7, 64, 99])
def test_how_much_a_source_has_is_found_out(tmp_path: Path, count: int) -> None:
    source = built({"use": "file", "path": questions(tmp_path / "own.jsonl", count)})
    assert available(Config(), source, 100) == available(Config(), source, count) == count
    assert available(Config(), source, 1) == 1
    assert len(list(tried(Config(), source))) == min(count, 64)
