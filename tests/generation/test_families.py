"""Models of many kinds in slots, beyond their windows: what is recorded must be what the model itself says."""

import random
from collections.abc import Sequence

import pytest
import torch
from transformers import PreTrainedModel

from crescent.config.schema import Sampling
from crescent.generation import attention
from crescent.generation.decode import Decoded, Decoder, Prompt
from crescent.generation.probe import objection
from tests.generation.families import CONTEXT, FAMILIES, VOCABULARY, WINDOW, WINDOWED, family

SAMPLING = Sampling(temperature=1.0, top_p=1.0, max_new_tokens=3 * WINDOW)
TOLERANCE = 1e-5
"""Nats per token, in single precision."""


def prompts_of(lengths: Sequence[int], samples: int = 1) -> list[Prompt]:
    draw = random.Random(1)
    return [
        Prompt([draw.randrange(VOCABULARY) for _ in range(length)], [draw.getrandbits(64) for _ in range(samples)])
        for length in lengths
    ]


def decode(model: PreTrainedModel, prompts: list[Prompt], batch_size: int = 64) -> list[list[Decoded]]:
    return Decoder(model, [], batch_size, CONTEXT).run(prompts, SAMPLING)


def own_logprob(model: PreTrainedModel, ids: list[int], tokens: list[int]) -> float:
    """Mean log-probability of `tokens` after `ids` by the model's own forward pass and attention, without a cache."""
    with torch.inference_mode():
        logits = model(torch.tensor([ids + tokens]), use_cache=False).logits[0, len(ids) - 1 : -1]
    return float(torch.log_softmax(logits, -1)[range(len(tokens)), tokens].double().mean())


def assert_own(model: PreTrainedModel, prompts: list[Prompt], found: list[list[Decoded]]) -> None:
    for prompt, [decoded] in zip(prompts, found, strict=True):
        assert len(decoded.tokens) == SAMPLING.max_new_tokens
        assert decoded.logprob == pytest.approx(own_logprob(model, prompt.ids, decoded.tokens), abs=TOLERANCE)
        assert decoded.logprob < -1  # Wide awake: a model that is certain of one token would show nothing.


@pytest.mark.parametrize("name", FAMILIES)
def test_recorded_logprobs_are_the_models_own(name: str) -> None:
    model, prompts = family(name), prompts_of([1, WINDOW, 17, 40])
    assert_own(model, prompts, decode(model, prompts))


@pytest.mark.parametrize("name", FAMILIES)
def test_so_are_those_of_the_fused_kernels_of_gpus(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "WRITTEN_OUT", ())
    model, prompts = family(name), prompts_of([1, WINDOW, 17, 40])
    assert_own(model, prompts, decode(model, prompts))


@pytest.mark.parametrize("name", FAMILIES)
def test_not_a_bit_depends_on_the_batch(name: str) -> None:
    model, prompts = family(name), prompts_of([1, 3, 16, 17, 33, 60], samples=4)
    reference = decode(model, prompts, batch_size=64)
    assert decode(model, prompts, batch_size=16) == reference
    assert decode(model, prompts[::-1], batch_size=20) == reference[::-1]
    for index in (0, 3, 5):
        assert decode(model, [prompts[index]]) == [reference[index]]


@pytest.mark.parametrize("name", WINDOWED)
def test_the_window_matters_at_these_lengths(name: str) -> None:
    """Otherwise the tests above would show nothing."""
    model, wide = family(name), family(name, sliding_window=CONTEXT)
    prompts = prompts_of([40])
    [[decoded]] = decode(model, prompts)
    assert abs(own_logprob(wide, prompts[0].ids, decoded.tokens) - decoded.logprob) > 0.1


@pytest.mark.parametrize("name", FAMILIES)
def test_slots_suit_them(name: str) -> None:
    assert objection(family(name), CONTEXT) is None
