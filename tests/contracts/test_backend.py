"""What every backend promises, whatever computes the tokens. A new one subclasses the suite and makes itself."""

import random

import pytest

from crescent.config.schema import Sampling
from crescent.generation.backend import Backend
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.load import Loaded
from crescent.nano.prompts import BAIT, SOLVE
from crescent.records import Completion

SAMPLING = Sampling(temperature=1.0, max_new_tokens=48)
REQUESTS = [
    Request("a", BAIT, 3),
    Request("b", SOLVE.format(question="Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have?"), 4),
    Request("c", BAIT, 1),
    Request("d", SOLVE.format(question="Tom has 9 pens and loses 2 of them. How many pens does Tom have now?" * 5), 2),
]


class BackendContract:
    """`backend(batch_size)` makes the backend under test, with the embedded model and a context of 256 tokens."""

    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded) -> Backend:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded) -> Backend:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def reference(self, backend: Backend) -> list[Completion]:
        return generate(backend, REQUESTS)

    def test_requests_come_in_order_with_their_samples_numbered(self, reference: list[Completion]) -> None:
        asked = [(request.id, sample) for request in REQUESTS for sample in range(request.samples)]
        assert [(row.request, row.sample) for row in reference] == asked

    def test_the_same_call_gives_the_same(self, backend: Backend, reference: list[Completion]) -> None:
        assert generate(backend, REQUESTS) == reference

    def test_the_batch_size_changes_nothing(self, other_batch: Backend, reference: list[Completion]) -> None:
        assert generate(other_batch, REQUESTS) == reference

    def test_order_and_neighbours_change_nothing(self, backend: Backend, reference: list[Completion]) -> None:
        turned = random.Random(1).sample(REQUESTS, len(REQUESTS))
        assert sorted(generate(backend, turned), key=name) == sorted(reference, key=name)
        for request in REQUESTS[:2]:
            assert generate(backend, [request]) == [row for row in reference if row.request == request.id]

    def test_samples_asked_for_in_parts_are_the_same(self, backend: Backend, reference: list[Completion]) -> None:
        parts = [Request("b", REQUESTS[1].prompt, 1), Request("b", REQUESTS[1].prompt, 3, first=1)]
        assert generate(backend, parts) == [row for row in reference if row.request == "b"]

    def test_samples_differ(self, reference: list[Completion]) -> None:
        """Requests `a` and `c` ask the same: their ids make the difference."""
        texts = [row.text for row in reference if row.request in "ac"]
        assert len(set(texts)) == len(texts)

    def test_the_seed_decides(self, backend: Backend, reference: list[Completion]) -> None:
        assert [row.text for row in generate(backend, REQUESTS, seed=2)] != [row.text for row in reference]

    def test_greedy_samples_are_equal(self, backend: Backend) -> None:
        rows = generate(backend, REQUESTS[1:2], Sampling(temperature=0.0, max_new_tokens=48))
        assert len({(row.text, row.logprob, row.tokens) for row in rows}) == 1

    def test_cut_and_ended_texts_are_told_apart(self, backend: Backend, reference: list[Completion]) -> None:
        cut = generate(backend, [REQUESTS[0], REQUESTS[2]], Sampling(max_new_tokens=3))
        assert {row.stop for row in cut} == {"length"}
        assert {row.tokens for row in cut} == {3}
        ended = [row for row in reference if row.stop == "stop"]
        assert ended
        assert all(row.tokens <= SAMPLING.max_new_tokens for row in ended)
        assert all(row.tokens == SAMPLING.max_new_tokens for row in reference if row.stop == "length")

    def test_texts_hold_no_special_tokens_and_no_outer_space(self, nano: Loaded, reference: list[Completion]) -> None:
        for row in reference:
            assert row.text == row.text.strip()
            assert not any(token in row.text for token in nano.tokenizer.all_special_tokens)

    def test_tokens_are_counted(self, nano: Loaded, reference: list[Completion]) -> None:
        for row in reference:
            written = len(nano.tokenizer(row.text, add_special_tokens=False)["input_ids"])
            # What was sampled may be cut into more tokens than the tokenizer would make; the end is one more.
            assert row.tokens >= written * 0.8 + (row.stop == "stop")
            assert row.logprob < 0
        lengths = {row.request: row.prompt_tokens for row in reference}
        assert lengths["a"] == lengths["c"] < lengths["b"] < lengths["d"]

    def test_report_sums_to_the_totals(self, backend: Backend) -> None:
        counts: list[tuple[int, int]] = []
        rows = backend.generate(REQUESTS, SAMPLING, 1, lambda samples, tokens: counts.append((samples, tokens)))
        assert sum(samples for samples, _ in counts) == len(rows)
        assert sum(tokens for _, tokens in counts) == sum(row.tokens for row in rows)

    def test_a_prompt_without_room_gives_empty_samples_and_is_reported(self, backend: Backend) -> None:
        counts: list[int] = []
        long = Request("long", "How many? " * 200, 2)
        rows = backend.generate([long, REQUESTS[0]], SAMPLING, 1, lambda samples, tokens: counts.append(samples))
        assert [(row.text, row.stop, row.tokens) for row in rows[:2]] == [("", "length", 0)] * 2
        assert rows[2:] == generate(backend, REQUESTS[:1])
        assert sum(counts) == len(rows)

    def test_nothing_asked_nothing_made(self, backend: Backend) -> None:
        assert generate(backend, []) == []


def generate(
    backend: Backend, requests: list[Request], sampling: Sampling = SAMPLING, seed: int = 1
) -> list[Completion]:
    return backend.generate(requests, sampling, seed, lambda samples, tokens: None)


def name(row: Completion) -> tuple[str, int]:
    return row.request, row.sample


class TestTransformersBackend(BackendContract):
    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded) -> Backend:
        return TransformersBackend(nano, batch_size=64, context=256)

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded) -> Backend:
        return TransformersBackend(nano, batch_size=16, context=256)
