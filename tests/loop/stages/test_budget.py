"""Which questions are answered within a budget depends on their tokens in order, and on nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from crescent.generation.datamodule import cut
from crescent.generation.request import Request, requests_digest
from crescent.loop.stages.budget import BEYOND, outcomes, sample_within
from crescent.records import Question, Solution
from crescent.runs.shards import ShardFolder

TOKENS = [10, 12, 8, 30, 5, 5, 7, 9, 11, 10]
REQUESTS = [Request(f"q{number}", "How many?", 2) for number in range(len(TOKENS))]


class Sampler:
    """Writes the shards of what it is asked for, and remembers how many requests that were new to it."""

    def __init__(self, shards: ShardFolder, size: int) -> None:
        self.shards, self.size, self.sampled = shards, size, 0

    def __call__(self, requests: Sequence[Request]) -> None:
        parts = cut(requests, self.size)
        there = self.shards.answering({index: requests_digest(part) for index, part in enumerate(parts)})
        for index, part in enumerate(parts):
            if index not in there:
                self.sampled += len(part)
                rows = [solution(request.id, sample) for request in part for sample in range(2)]
                self.shards.write(index, rows, requests_digest(part))


def solution(question: str, sample: int) -> Solution:
    tokens = TOKENS[int(question[1:])] // 2 + (TOKENS[int(question[1:])] % 2 if sample else 0)
    return Solution(
        question=question, sample=sample, text="", answer=None, match=None, stop="stop", tokens=tokens, logprob=None
    )


@pytest.mark.parametrize("size", [1, 2, 3, 16])
@pytest.mark.parametrize(("room", "within"), [(0, 0), (-5, 0), (9, 0), (22, 2), (59, 3), (60, 4), (70, 6), (1000, 10)])
def test_the_same_questions_whatever_the_size_of_shards(tmp_path: Path, size: int, room: int, within: int) -> None:
    shards = ShardFolder(tmp_path)
    sampler = Sampler(shards, size)
    assert sample_within(room, REQUESTS, shards, size, sampler) == within
    if size == 1 and room > 0:  # nothing is known of the first, and the mean may mislead once
        assert sampler.sampled <= within + 2
    again = Sampler(shards, size)
    assert sample_within(room, REQUESTS, shards, size, again) == within
    assert again.sampled == 0


def test_what_another_run_sampled_beyond_is_put_away(tmp_path: Path) -> None:
    shards = ShardFolder(tmp_path)
    Sampler(shards, 1)(REQUESTS)
    nothing = Sampler(shards, 1)
    assert sample_within(22, REQUESTS, shards, 1, nothing) == 2
    assert nothing.sampled == 0
    assert len(shards.finished()) < len(REQUESTS)


def test_questions_beyond_have_an_outcome_that_says_so() -> None:
    questions = [Question(id=f"q{number}", round=1, wave=1, text="How many?") for number in range(2)]
    [one, other] = outcomes([], questions, [])
    assert (one.question, one.reason, one.samples, other.reason) == ("q0", BEYOND, 0, BEYOND)
