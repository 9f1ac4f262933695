"""Decoding by transformers' `generate`: the same samples as in slots, and the same promises for models without them."""

import random
from collections.abc import Callable, Sequence

import pytest
import torch
from transformers import GenerationConfig, PreTrainedModel

from crescent.config.schema import Sampling
from crescent.errors import ModelError
from crescent.generation.decode import Decoded, Decoder, Prompt
from crescent.generation.plain import PlainDecoder
from tests.generation.families import CONTEXT, VOCABULARY, family, hybrid, mamba

SAMPLING = Sampling(temperature=0.8, top_p=0.9, max_new_tokens=24)
STOPS = (5, 6, 7)


def prompts_of(lengths: Sequence[int], samples: int = 2) -> list[Prompt]:
    draw = random.Random(1)
    return [
        Prompt([draw.randrange(VOCABULARY) for _ in range(length)], [draw.getrandbits(64) for _ in range(samples)])
        for length in lengths
    ]


def decode(
    decoder: PlainDecoder | Decoder, prompts: Sequence[Prompt], sampling: Sampling = SAMPLING
) -> list[list[Decoded]]:
    [(_, found)] = decoder.stream([prompts], sampling)
    return found


@pytest.mark.parametrize("name", ["llama", "gemma3", "gpt_oss"])
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_samples_are_those_of_the_slots(name: str, temperature: float) -> None:
    model, prompts = family(name), prompts_of([1, 17, 40, CONTEXT, CONTEXT - 2])
    sampling = Sampling(temperature=temperature, top_p=0.9, max_new_tokens=24)
    found = decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts, sampling)
    expected = decode(Decoder(model, STOPS, None, CONTEXT), prompts, sampling)
    assert [[d.tokens for d in results] for results in found] == [[d.tokens for d in results] for results in expected]
    assert [[d.stopped for d in results] for results in found] == [[d.stopped for d in results] for results in expected]
    for mine, theirs in zip(found, expected, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            assert one.logprob == pytest.approx(other.logprob, abs=1e-5)
    assert {d.stopped for results in found for d in results} == {True, False}


@pytest.mark.parametrize("made", [mamba, hybrid])
def test_recorded_logprobs_are_the_models_own(made: Callable[[], PreTrainedModel]) -> None:
    model, prompts = made(), prompts_of([2, 20, 40])
    for prompt, results in zip(prompts, decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts), strict=True):
        for decoded in results:
            with torch.inference_mode():
                logits = model(torch.tensor([prompt.ids + decoded.tokens])).logits[0, len(prompt.ids) - 1 : -1]
            expected = torch.log_softmax(logits, -1)[range(len(decoded.tokens)), decoded.tokens].double().mean()
            assert decoded.logprob == pytest.approx(float(expected), abs=1e-5)
            assert decoded.stopped == (decoded.tokens[-1] in STOPS)
            assert not set(decoded.tokens[:-1]) & set(STOPS)


def test_groups_come_in_turn_and_whole() -> None:
    model = mamba()
    groups = [prompts_of([3, 9]), [], prompts_of([CONTEXT]), prompts_of([9, 9])]
    counts: list[tuple[int, int]] = []
    decoder = PlainDecoder(model, STOPS, None, CONTEXT)
    found = dict(decoder.stream(groups, SAMPLING, lambda rows, tokens: counts.append((rows, tokens))))
    assert found == {number: decode(decoder, group) for number, group in enumerate(groups)}
    assert sum(rows for rows, _ in counts) == 10
    assert sum(tokens for _, tokens in counts) == sum(len(d.tokens) for g in found.values() for r in g for d in r)


def test_settings_of_the_checkpoint_are_hidden_and_come_back() -> None:
    model, prompts = family("llama"), prompts_of([9])
    reference = decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts)
    own = GenerationConfig(repetition_penalty=9.0, suppress_tokens=reference[0][0].tokens[:3], eos_token_id=1)
    model.generation_config = own
    assert decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts) == reference
    assert model.generation_config is own


def test_on_a_gpu_sequences_of_one_length_go_together() -> None:
    model, shapes = mamba(), []
    prompts = prompts_of([9, 4, 9, 9])
    reference = decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts)
    model.register_forward_pre_hook(
        lambda module, args, kwargs: shapes.append(tuple(kwargs["input_ids"].shape)), with_kwargs=True
    )
    decoder = PlainDecoder(model, STOPS, None, CONTEXT)
    decoder.rows = 4
    found = decode(decoder, prompts)
    assert [shape for shape in shapes if shape[1] > 1] == [(2, 4), (4, 9), (2, 9)]
    assert [[d.tokens for d in results] for results in found] == [[d.tokens for d in r] for r in reference]


def test_out_of_memory_halves_what_is_computed_together() -> None:
    model, prompts = mamba(), prompts_of([9] * 4)
    reference = decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts)

    def small(module: torch.nn.Module, args: object, kwargs: dict[str, torch.Tensor]) -> None:
        if len(kwargs["input_ids"]) > 3:
            raise torch.OutOfMemoryError("out of memory")

    model.register_forward_pre_hook(small, with_kwargs=True)
    decoder = PlainDecoder(model, STOPS, None, CONTEXT)
    decoder.rows = 8
    found = decode(decoder, prompts)
    assert decoder.rows == 2
    assert [[d.tokens for d in results] for results in found] == [[d.tokens for d in r] for r in reference]


def test_a_device_that_holds_nothing_is_told_in_a_sentence() -> None:
    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    model = mamba()
    model.register_forward_pre_hook(refuse)
    with pytest.raises(ModelError, match="does not hold one sequence of 28 tokens"):
        decode(PlainDecoder(model, STOPS, None, CONTEXT), prompts_of([4]))


def test_it_leaves_torchs_own_random_numbers_alone() -> None:
    before = torch.random.get_rng_state()
    decode(PlainDecoder(mamba(), STOPS, None, CONTEXT), prompts_of([3]))
    assert torch.equal(torch.random.get_rng_state(), before)
