"""Decoding against transformers' own, and against itself with other batches: on the CPU not one bit may differ."""

import random
from collections.abc import Sequence
from itertools import chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedModel

from crescent.config.schema import Sampling
from crescent.errors import ModelError
from crescent.generation.attention import NAME
from crescent.generation.decode import Decoded, Decoder, Prompt
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded
from tests.generation.tiny import CONTEXT, VOCABULARY, tiny_model

RANDOM = Sampling(temperature=1.0, top_p=1.0, max_new_tokens=24)
GREEDY = Sampling(temperature=0.0, max_new_tokens=24)
KINDS = [("llama", 1), ("llama", 2), ("llama", 4), ("qwen2", 1), ("qwen2", 2), ("qwen2", 4)]


def prompts_of(lengths: Sequence[int], samples: int = 2, seed: int = 1) -> list[Prompt]:
    rng = random.Random(seed)
    return [
        Prompt([rng.randrange(VOCABULARY) for _ in range(length)], [rng.getrandbits(64) for _ in range(samples)])
        for length in lengths
    ]


def decode(
    model: PreTrainedModel,
    prompts: Sequence[Prompt],
    sampling: Sampling = RANDOM,
    batch_size: int = 64,
    stops: Sequence[int] = (5, 6, 7),
    context: int = CONTEXT,
) -> list[list[Decoded]]:
    return Decoder(model, stops, batch_size, context).run(prompts, sampling)


def by_transformers(model: PreTrainedModel, ids: list[int], stops: Sequence[int], limit: int) -> list[int]:
    found = model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), do_sample=False, max_new_tokens=limit,
        eos_token_id=list(stops), pad_token_id=0,
    )  # fmt: skip
    tokens: list[int] = found[0, len(ids) :].tolist()
    return tokens


@pytest.mark.parametrize(("kind", "kv_heads"), KINDS)
def test_greedy_decoding_is_that_of_transformers(kind: str, kv_heads: int) -> None:
    model = tiny_model(kind, kv_heads)
    prompts = prompts_of([1, 2, 15, 16, 17, 40], samples=1)
    found = decode(model, prompts, GREEDY, batch_size=16)
    expected = [by_transformers(model, prompt.ids, (5, 6, 7), 24) for prompt in prompts]
    assert [decoded.tokens for [decoded] in found] == expected
    assert len({token for tokens in expected for token in tokens}) > 20
    assert [decoded.stopped for [decoded] in found] == [tokens[-1] in (5, 6, 7) for tokens in expected]


@pytest.mark.parametrize("head_size", [8, 16, 32])
@pytest.mark.parametrize(("kind", "kv_heads"), KINDS)
def test_not_a_bit_depends_on_the_batch(kind: str, kv_heads: int, head_size: int) -> None:
    model = tiny_model(kind, kv_heads, head_size)
    prompts = prompts_of([1, 3, 16, 17, 18, 33, 60, 100, 7, 2, 2, 5], samples=3)
    reference = decode(model, prompts, batch_size=256)
    for batch_size in (1, 16, 50):
        assert decode(model, prompts, batch_size=batch_size) == reference
    for index in (0, 4, 7):
        assert decode(model, [prompts[index]]) == [reference[index]]
        assert decode(model, [Prompt(prompts[index].ids, prompts[index].seeds[1:2])]) == [reference[index][1:2]]


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_not_a_bit_depends_on_neighbours_or_order(data: st.DataObject) -> None:
    model = tiny_model("llama", 2)
    prompts = prompts_of([1, 3, 16, 17, 50, 120, 8, 9])
    reference = decode(model, prompts)
    chosen = data.draw(st.lists(st.integers(0, len(prompts) - 1), min_size=1, unique=True))
    found = decode(model, [prompts[index] for index in chosen], batch_size=data.draw(st.sampled_from([16, 20, 64])))
    assert found == [reference[index] for index in chosen]


def test_not_a_bit_depends_on_the_batch_with_the_embedded_model(nano: Loaded) -> None:
    texts = ["Write a word problem.", "Ann has 12 apples. Ann buys 5 more. How many?\nSolve it, answer after ####."]
    ids = [prompt_ids(nano.tokenizer, text) for text in texts] + [prompt_ids(nano.tokenizer, texts[1] * 12)]
    rng = random.Random(3)
    prompts = [Prompt(ids[number % 3], [rng.getrandbits(64) for _ in range(5)]) for number in range(10)]
    sampling = Sampling(max_new_tokens=40)
    reference = decode(nano.model, prompts, sampling, 256, nano.stops, 512)
    for batch_size in (16, 50):
        assert decode(nano.model, prompts, sampling, batch_size, nano.stops, 512) == reference
    assert decode(nano.model, prompts[::-1], sampling, 50, nano.stops, 512) == reference[::-1]
    for index in (0, 1, 2):
        assert decode(nano.model, [prompts[index]], sampling, 256, nano.stops, 512) == [reference[index]]
    assert len({tuple(decoded.tokens) for results in reference for decoded in results}) > 10


def test_the_logprob_is_the_mean_of_what_the_model_says() -> None:
    model = tiny_model()
    [prompt] = prompts_of([9], samples=1)
    [[decoded]] = decode(model, [prompt], Sampling(temperature=0.7, top_p=0.9, max_new_tokens=20))
    with torch.inference_mode():
        logits = model(torch.tensor([prompt.ids + decoded.tokens])).logits[0, len(prompt.ids) - 1 : -1]
    expected = torch.log_softmax(logits, -1)[range(len(decoded.tokens)), decoded.tokens].mean()
    assert decoded.logprob == pytest.approx(float(expected), abs=1e-4)


def test_samples_of_a_prompt_differ_and_equal_seeds_agree() -> None:
    [prompt] = prompts_of([6])
    prompt.seeds = [1, 2, 3, 1]
    [found] = decode(tiny_model(), [prompt])
    assert found[0] == found[3]
    assert len({tuple(decoded.tokens) for decoded in found}) == 3


def test_more_samples_than_slots() -> None:
    model = tiny_model()
    [prompt] = prompts_of([6], samples=50)
    [found] = decode(model, [prompt], batch_size=16)
    assert found == decode(model, [prompt], batch_size=64)[0]
    assert len(found) == 50


def test_a_stop_token_ends_a_sequence_and_is_its_last_token() -> None:
    model = tiny_model()
    prompts = prompts_of([4] * 20)
    free = decode(model, prompts, stops=[])
    assert all(len(d.tokens) == 24 and not d.stopped for results in free for d in results)
    stopped = decode(model, prompts, stops=[5, 6, 7])
    for unbounded, bounded in zip(chain(*free), chain(*stopped), strict=True):
        ends = [step for step, token in enumerate(unbounded.tokens) if token in (5, 6, 7)]
        assert bounded.stopped == bool(ends)
        assert bounded.tokens == unbounded.tokens[: ends[0] + 1 if ends else None]
    assert {d.stopped for d in chain(*stopped)} == {True, False}


@pytest.mark.parametrize("limit", [1, 2, 24])
def test_no_more_than_max_new_tokens(limit: int) -> None:
    found = decode(tiny_model(), prompts_of([3, 5]), Sampling(max_new_tokens=limit), stops=[])
    assert [len(d.tokens) for results in found for d in results] == [limit] * 4


def test_no_sequence_grows_beyond_the_context() -> None:
    model = tiny_model()
    prompts = prompts_of([30, 31, 32, 33, 1])
    found = decode(model, prompts, stops=[], context=32)
    assert [[len(d.tokens) for d in results] for results in found] == [[2, 2], [1, 1], [0, 0], [0, 0], [24, 24]]
    assert found[2] == [Decoded([], 0.0, False)] * 2
    assert [d.tokens for d in found[0]] == [d.tokens[:2] for d in decode(model, prompts, stops=[])[0]]


def test_only_prompts_without_room() -> None:
    assert decode(tiny_model(), prompts_of([32, 40]), context=32) == [[Decoded([], 0.0, False)] * 2] * 2


def test_no_prompts() -> None:
    assert decode(tiny_model(), []) == []


def test_a_prompt_without_seeds_has_no_samples() -> None:
    model = tiny_model()
    one, other = prompts_of([3, 4])
    assert decode(model, [Prompt(one.ids, []), other]) == [[], *decode(model, [other])]


def test_report_sums_to_what_was_made() -> None:
    counts: list[tuple[int, int]] = []
    decoder = Decoder(tiny_model(), (5, 6, 7), 16, CONTEXT)
    found = decoder.run(prompts_of([3] * 15), RANDOM, lambda rows, tokens: counts.append((rows, tokens)))
    assert sum(rows for rows, _ in counts) == 30
    assert sum(tokens for _, tokens in counts) == sum(len(d.tokens) for results in found for d in results)
    assert len(counts) > 8


def test_the_models_attention_comes_back_also_after_an_interruption() -> None:
    model = tiny_model()
    before = model.config._attn_implementation

    def interrupt(rows: int, tokens: int) -> None:
        assert model.config._attn_implementation == NAME
        raise KeyboardInterrupt

    decoder = Decoder(model, (5,), 16, CONTEXT)
    with pytest.raises(KeyboardInterrupt):
        decoder.run(prompts_of([3]), RANDOM, interrupt)
    assert model.config._attn_implementation == before != NAME
    reference = decode(model, prompts_of([3]), stops=[5])
    assert decoder.run(prompts_of([3]), RANDOM) == reference


def test_decoding_leaves_torchs_own_random_numbers_alone() -> None:
    before = torch.random.get_rng_state()
    decode(tiny_model(), prompts_of([3]))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_not_a_bit_depends_on_the_number_of_threads() -> None:
    model, prompts = tiny_model(), prompts_of([1, 3, 16, 17, 50, 120, 8, 9] * 5, samples=3)
    reference = decode(model, prompts)
    for threads in (2, 4):
        assert with_threads(threads, model, prompts) == reference
    assert torch.get_num_threads() == 1


def with_threads(threads: int, model: PreTrainedModel, prompts: Sequence[Prompt]) -> list[list[Decoded]]:
    torch.set_num_threads(threads)
    try:
        found = decode(model, prompts)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(1)
    return found


def test_an_error_in_one_of_several_threads_ends_all() -> None:
    def refuse(module: torch.nn.Module, args: object) -> None:
        raise RuntimeError("broken")

    model = tiny_model()
    model.register_forward_pre_hook(refuse)
    with pytest.raises(RuntimeError, match="broken"):
        with_threads(2, model, prompts_of([5] * 40))


@pytest.mark.parametrize("threads", [1, 2])
def test_groups_come_whole_and_as_if_each_were_alone(threads: int) -> None:
    model = tiny_model()
    groups = [prompts_of([3, 40, 5], seed=1), [], prompts_of([CONTEXT], seed=2), prompts_of([7] * 30, seed=3)]
    torch.set_num_threads(threads)
    try:
        found = list(Decoder(model, (5, 6, 7), 32, CONTEXT).stream(groups, RANDOM))
    finally:
        torch.set_num_threads(1)
    assert sorted(found) == [(index, decode(model, group)) for index, group in enumerate(groups)]


def test_equal_prompts_are_computed_once() -> None:
    model, widths = tiny_model(), []
    model.register_forward_pre_hook(
        lambda module, args, kwargs: widths.append(kwargs["input_ids"].shape), with_kwargs=True
    )
    prompts = prompts_of([20], samples=4) * 3
    for number, prompt in enumerate(prompts):
        prompts[number] = Prompt(prompt.ids, [number * 10 + seed for seed in range(4)])
    found = decode(model, prompts)
    assert [shape for shape in widths if shape[1] > 1] == [(1, 32)]
    assert found == [decode(model, [prompt])[0] for prompt in prompts]


class SmallDevice:
    """Memory for at most `rows` rows in a forward pass: beyond that the model runs out of it."""

    def __init__(self, model: PreTrainedModel, rows: int) -> None:
        self.rows, self.refused = rows, 0
        model.register_forward_pre_hook(self.look, with_kwargs=True)

    def look(self, module: torch.nn.Module, args: object, kwargs: dict[str, torch.Tensor]) -> None:
        if len(kwargs["input_ids"]) > self.rows:
            self.refused += 1
            raise torch.OutOfMemoryError("out of memory")


@pytest.mark.parametrize("threads", [1, 2])
def test_out_of_memory_halves_the_batch_and_changes_nothing(threads: int) -> None:
    model, prompts = tiny_model(), prompts_of([4, 30, 8] * 30)
    reference = decode(model, prompts, batch_size=256)
    device = SmallDevice(model, 40)
    torch.set_num_threads(threads)
    try:
        assert decode(model, prompts, batch_size=256) == reference
    finally:
        torch.set_num_threads(1)
    assert 1 <= device.refused <= 8


def test_a_device_that_holds_nothing_is_told_in_a_sentence() -> None:
    model = tiny_model()
    SmallDevice(model, 0)
    with pytest.raises(ModelError, match="does not hold 16 sequences of 28 tokens"):
        decode(model, prompts_of([4] * 40))


def test_the_batch_size_is_found() -> None:
    found = Decoder(tiny_model(), (5, 6, 7), None, CONTEXT).run(prompts_of([3, 9]), RANDOM)
    assert found == decode(tiny_model(), prompts_of([3, 9]))
