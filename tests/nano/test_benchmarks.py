import json
from collections import Counter
from itertools import combinations

import pytest

from crescent.nano import benchmarks
from crescent.nano.benchmarks import DATA, SIZES, benchmark_questions, write_benchmarks
from crescent.nano.mixture import Conversations
from crescent.nano.solver import solve
from crescent.nano.wording import SOLVE


def rows(name):
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_files_are_what_the_world_gives_byte_for_byte(tmp_path):
    write_benchmarks(tmp_path)
    for name in SIZES:
        assert (tmp_path / f"{name}.jsonl").read_bytes() == (DATA / f"{name}.jsonl").read_bytes()


@pytest.mark.parametrize("name", SIZES)
def test_sizes_ids_and_no_question_twice(name):
    items = rows(name)
    assert len(items) == SIZES[name]
    assert [item["id"] for item in items] == [f"{name}-{place:04d}" for place in range(len(items))]
    assert max(Counter(item["question"] for item in items).values()) == 1


@pytest.mark.parametrize("name", ["nano_math", "nano_hard", "nano_dev"])
def test_the_solver_agrees_with_every_answer(name):
    assert all(solve(item["question"]) == int(item["answer"]) for item in rows(name))


def test_hard_problems_are_longer_and_larger():
    steps = {name: {item["steps"] for item in rows(name)} for name in ("nano_math", "nano_dev", "nano_hard")}
    assert steps == {"nano_math": {1, 2, 3, 4}, "nano_dev": {1, 2, 3, 4}, "nano_hard": {5, 6}}


def test_seed_ranges_are_disjoint_and_beyond_pretraining():
    ranges = [benchmarks.MATH_SEEDS, benchmarks.HARD_SEEDS, benchmarks.DEV_SEEDS, benchmarks.SKILL_SEEDS]
    assert all(one.stop <= other.start or other.stop <= one.start for one, other in combinations(ranges, 2))
    assert min(one.start for one in ranges) > 999_999 * 10 + 9


def test_pretraining_never_shows_a_question_of_a_benchmark():
    forbidden = benchmark_questions()
    assert forbidden == {item["question"] for name in ("nano_math", "nano_hard", "nano_dev") for item in rows(name)}
    source = Conversations(forbidden)
    shown = set()
    for index in range(3000):
        conversation = source.conversation(index)
        texts = [message["content"] for message in conversation.messages] + [
            reply.text for reply in conversation.replies
        ]
        shown.update(texts)
    assert not shown & forbidden
    assert not shown & {SOLVE.format(question=question) for question in forbidden}


def test_a_forbidden_question_is_replaced():
    free = Conversations(frozenset())
    index = next(
        index for index in range(100) if free.conversation(index).messages[0]["content"] == "Write a word problem."
    )
    text = free.conversation(index).replies[0].text
    assert Conversations(frozenset({text})).conversation(index).replies[0].text != text
