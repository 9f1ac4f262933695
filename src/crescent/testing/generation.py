"""What every backend promises, whatever computes the tokens."""

import random
from collections.abc import Sequence
from contextlib import closing

import pytest
from msgspec.structs import replace

from crescent.config.schema import Model, Sampling
from crescent.generation.backend import Backend
from crescent.generation.request import Continuation, Request
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded, load
from crescent.nano.wording import BAIT, SOLVE
from crescent.records import Completion

CONTEXT = 256
SAMPLING = Sampling(temperature=1.0, max_new_tokens=48)
GREEDY = Sampling(temperature=0.0, max_new_tokens=48)
REQUESTS = [
    Request("a", BAIT, 3),
    Request("b", SOLVE.format(question="Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have?"), 4),
    Request("c", BAIT, 1),
    Request("d", SOLVE.format(question="Tom has 9 pens and loses 2 of them. How many pens does Tom have now?" * 5), 2),
]


def generate(
    backend: Backend, requests: Sequence[Request], sampling: Sampling = SAMPLING, seed: int = 1
) -> list[Completion]:
    return backend.generate(requests, sampling, seed, lambda samples, tokens: None)


def name(row: Completion) -> tuple[str, int]:
    return row.request, row.sample


class GenerationContract:
    """A subclass has the fixture `backend`, which writes with the embedded model in a context of `CONTEXT` tokens, and
    `other_batch`, the same with another batch size. `BackendContract` makes both of a class that fills the slot.
    """

    @pytest.fixture(scope="class")
    def nano(self) -> Loaded:
        """The embedded model."""
        return load(Model())

    @pytest.fixture(scope="class")
    def backend(self, nano: Loaded) -> Backend:
        """What is tested."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    def other_batch(self, nano: Loaded) -> Backend:
        """The same, with another batch size."""
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
            assert row.logprob is None or row.logprob < 0
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

    def test_shards_come_whole_and_once(self, backend: Backend, reference: list[Completion]) -> None:
        shards = [(7, REQUESTS[:1]), (2, []), (4, REQUESTS[1:])]
        counts: list[int] = []
        found = dict(backend.stream(shards, SAMPLING, 1, lambda samples, tokens: counts.append(samples)))
        assert found.keys() == {2, 4, 7}
        assert found[2] == []
        assert found[7] + found[4] == reference
        assert sum(counts) == len(reference)

    def test_a_stream_that_is_left_early_leaves_nothing_behind(
        self, backend: Backend, reference: list[Completion]
    ) -> None:
        with closing(backend.stream([(0, REQUESTS[:1]), (1, REQUESTS[1:])], SAMPLING, 1, lambda *_: None)) as stream:
            next(stream)
        assert generate(backend, REQUESTS[:1]) == reference[:3]

    def test_nothing_asked_nothing_made(self, backend: Backend) -> None:
        assert generate(backend, []) == []


class ContinuationContract:
    """What a backend that `continues` promises of rendered prompts; they are those of `REQUESTS`, so that chat messages
    have the same tokens and, by the same ids, the same random numbers."""

    @pytest.fixture(scope="class")
    def continuations(self, nano: Loaded) -> list[Continuation]:
        return [
            Continuation(
                asked.id, asked.prompt, asked.samples, ids=tuple(prompt_ids(nano.tokenizer, asked.prompt)), limit=99
            )
            for asked in REQUESTS
        ]

    def test_they_say_what_a_chat_message_says(
        self, backend: Backend, continuations: list[Continuation], reference: list[Completion]
    ) -> None:
        assert backend.continues
        rows = generate(backend, continuations)
        assert [(row.text.strip(), row.tokens, row.stop, row.logprob) for row in rows] == [
            (row.text, row.tokens, row.stop, row.logprob) for row in reference
        ]

    def test_each_has_a_limit_of_its_own(self, backend: Backend, continuations: list[Continuation]) -> None:
        asked = [replace(continuations[0], id=f"{limit}", limit=limit, samples=2) for limit in (3, 5, 4)]
        rows = generate(backend, [*asked, continuations[2]], GREEDY)
        assert [row.tokens for row in rows[:6]] == [3, 3, 5, 5, 4, 4]
        assert {row.stop for row in rows[:6]} == {"length"}
        assert rows[6].tokens > 5

    def test_a_stop_string_ends_them_with_the_token_that_completes_it(
        self, backend: Backend, other_batch: Backend, continuations: list[Continuation]
    ) -> None:
        texts = {row.request: row.text for row in generate(backend, continuations, GREEDY)}
        cuts = [
            replace(asked, id=f"{asked.id}{first}", until=("nowhere", texts[asked.id][first : first + 2]), samples=1)
            for asked in continuations[1:]
            for first in range(1, len(texts[asked.id]) - 3, 5)
        ]
        found = generate(backend, cuts, GREEDY)
        assert generate(other_batch, cuts[::-1], GREEDY)[::-1] == found
        shorter = [replace(cut, until=(), limit=row.tokens - 1) for cut, row in zip(cuts, found, strict=True)]
        for cut, row, before in zip(cuts, found, generate(backend, shorter, GREEDY), strict=True):
            text, stop = texts[cut.id[0]], cut.until[1]
            assert row.text.startswith(text[: text.index(stop) + 2])
            assert text.startswith(row.text)
            assert stop not in before.text
            assert row.stop == "stop"
        assert len({row.tokens for row in found}) > 3
