import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crescent.generation.sampling import draw, nucleus, uniforms

SEEDS = st.integers(0, 2**64 - 1)


def stream(seed: int, count: int) -> np.ndarray:
    return uniforms(np.full(count, seed, dtype=np.uint64), np.arange(count))


@given(seed=SEEDS, step=st.integers(0, 2**40))
@settings(max_examples=300, deadline=None)
def test_uniforms_are_in_the_half_open_interval_and_reproducible(seed: int, step: int) -> None:
    first, again = (uniforms(np.array([seed], np.uint64), np.array([step])) for _ in range(2))
    assert 0.0 <= first[0] < 1.0
    assert first == again


def test_the_generator_is_splitmix64() -> None:
    """The first outputs for seed 1234567, as published with the reference implementation, to 53 bits."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert stream(1234567, 4).tolist() == [(number >> 11) * 2.0**-53 for number in expected]


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1])
def test_a_stream_is_roughly_uniform(seed: int) -> None:
    counts, _ = np.histogram(stream(seed, 20_000), bins=64, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("step", [0, 1, 100])
def test_a_step_is_roughly_uniform_over_neighbouring_streams(step: int) -> None:
    numbers = uniforms(np.arange(20_000, dtype=np.uint64), np.full(20_000, step))
    assert stats.chisquare(np.histogram(numbers, bins=64, range=(0, 1))[0]).pvalue > 1e-3


def test_streams_are_independent() -> None:
    """Pairs of numbers, from two streams and from neighbouring steps of one, fill the unit square evenly."""
    one, other = stream(17, 20_000), stream(18, 20_000)
    for left, right in ((one, other), (one[:-1], one[1:])):
        counts, _, _ = np.histogram2d(left, right, bins=8, range=[[0, 1], [0, 1]])
        assert stats.chisquare(counts.ravel()).pvalue > 1e-3
    assert not set(one) & set(other)


@given(rows=st.lists(st.tuples(SEEDS, st.integers(0, 10_000)), min_size=1, max_size=20), data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_number_does_not_depend_on_its_neighbours(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    seeds, steps = np.array([row[0] for row in rows], np.uint64), np.array([row[1] for row in rows])
    assert uniforms(seeds[order], steps[order]).tolist() == uniforms(seeds, steps)[order].tolist()


LOGITS = torch.tensor([2.0, 0.5, -1.0, 0.0, -8.0, 1.0])


def frequencies(temperature: float, top_p: float = 1.0, count: int = 20_000) -> np.ndarray:
    tokens, _ = draw(LOGITS.expand(count, -1), torch.from_numpy(stream(3, count)), temperature, top_p)
    return np.bincount(tokens.numpy(), minlength=len(LOGITS))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_frequencies_are_those_of_the_softmax(temperature: float) -> None:
    expected = torch.softmax(LOGITS.double() / temperature, -1).numpy()
    observed = frequencies(temperature) / 20_000
    assert np.abs(observed - expected).max() < 0.012
    likely = expected > 1e-3
    assert stats.chisquare(frequencies(temperature)[likely], 20_000 * expected[likely], sum_check=False).pvalue > 1e-3


def test_temperature_0_is_the_most_likely_token_whatever_the_random_number() -> None:
    tokens, _ = draw(LOGITS.expand(50, -1), torch.linspace(0, 0.999, 50).double(), 0.0, 1.0)
    assert set(tokens.tolist()) == {0}


def test_nucleus_frequencies() -> None:
    counts = frequencies(1.0, top_p=0.7)
    kept = torch.softmax(LOGITS, -1).numpy()[[0, 5]]
    assert np.flatnonzero(counts).tolist() == [0, 5]
    assert np.abs(counts[[0, 5]] / 20_000 - kept / kept.sum()).max() < 0.012


@given(
    weights=st.lists(st.floats(0.0, 10.0, width=16), min_size=1, max_size=12).filter(lambda found: sum(found) > 0.1),
    top_p=st.floats(0.01, 0.999),
)
@settings(max_examples=300, deadline=None)
def test_the_nucleus_is_exactly_the_smallest_set_with_enough_probability(weights: list[float], top_p: float) -> None:
    probabilities = torch.tensor([weights], dtype=torch.float64)
    probabilities /= probabilities.sum()
    found = nucleus(probabilities, top_p)[0].tolist()
    listed = probabilities[0].tolist()
    naive, mass = [0.0] * len(listed), 0.0
    for index in sorted(range(len(listed)), key=lambda i: -listed[i]):
        if mass > top_p - 1e-12 and abs(mass - top_p) < 1e-9:
            return  # The sums are equal but for rounding: either set is right.
        if mass >= top_p:
            break
        naive[index] = listed[index]
        mass += listed[index]
    assert found == naive


@given(uniform=st.floats(0.0, 1.0, exclude_max=True), temperature=st.sampled_from([0.0, 0.3, 1.0, 5.0]))
@settings(max_examples=100, deadline=None)
def test_the_logprob_is_that_of_temperature_1(uniform: float, temperature: float) -> None:
    tokens, logprobs = draw(LOGITS[None], torch.tensor([uniform], dtype=torch.float64), temperature, 0.9)
    assert logprobs[0] == torch.log_softmax(LOGITS, -1)[tokens[0]]


@pytest.mark.parametrize("uniform", [0.0, 1.0 - 2.0**-53])
@pytest.mark.parametrize("top_p", [1.0, 0.5])
def test_tokens_of_probability_0_are_never_drawn(uniform: float, top_p: float) -> None:
    logits = torch.tensor([[-float("inf"), 0.0, 0.0, -float("inf")]])
    tokens, logprobs = draw(logits, torch.tensor([uniform], dtype=torch.float64), 1.0, top_p)
    assert tokens.item() in (1, 2)
    assert torch.isfinite(logprobs).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_logits_are_drawn_in_float32(dtype: torch.dtype) -> None:
    half = LOGITS.to(dtype)[None]
    uniform = torch.tensor([0.4], dtype=torch.float64)
    for found, expected in zip(draw(half, uniform, 0.7, 0.9), draw(half.float(), uniform, 0.7, 0.9), strict=True):
        assert torch.equal(found, expected)


def vllm_keeps(scores: list[float], temperature: float, top_p: float, top_k: int | None, min_p: float) -> set[int]:
    """Which tokens vLLM 0.32 leaves, read from its sampler a step at a time: temperature, min_p, top_k, top_p."""
    scaled = np.array(scores, np.float64) / temperature
    weights = np.exp(scaled - scaled.max())
    kept = weights >= min_p * weights.max()
    if top_k is not None and top_k < len(scores):
        kept &= weights >= np.sort(np.where(kept, weights, 0.0))[-top_k]
    masked = np.where(kept, weights, 0.0) / weights[kept].sum()
    order = np.argsort(masked, kind="stable")
    below = np.cumsum(masked[order]) <= 1 - top_p
    below[-1] = False
    return {int(token) for token, gone in zip(order, below, strict=True) if not gone and kept[token]}


@given(
    scores=st.lists(st.integers(-40, 40), min_size=2, max_size=12, unique=True),
    temperature=st.sampled_from([0.3, 1.0, 1.6]),
    top_p=st.sampled_from([1.0, 0.93, 0.71, 0.2]),
    top_k=st.one_of(st.none(), st.integers(1, 14)),
    min_p=st.sampled_from([0.0, 0.013, 0.37, 1.0]),
)
@settings(max_examples=300, deadline=None)
def test_the_tokens_that_may_be_drawn_are_those_of_vllm(
    scores: list[int], temperature: float, top_p: float, top_k: int | None, min_p: float
) -> None:
    values = [score / 8 for score in scores]
    uniform = torch.from_numpy((np.arange(4000) + 0.5) / 4000)
    drawn, logprobs = draw(torch.tensor([values]).expand(4000, -1), uniform, temperature, top_p, top_k, min_p)
    kept = vllm_keeps(values, temperature, top_p, top_k, min_p)
    assert set(drawn.tolist()) <= kept
    share = np.exp(np.array(values) / temperature)
    share /= share[sorted(kept)].sum()
    assert {token for token in kept if share[token] > 1 / 2000} <= set(drawn.tolist())
    assert torch.equal(logprobs, torch.log_softmax(torch.tensor(values), -1)[drawn])


def test_filters_that_keep_every_token_change_nothing() -> None:
    uniform = torch.from_numpy(stream(5, 500))
    for top_p in (1.0, 0.8):
        plain, given = (draw(LOGITS.expand(500, -1), uniform, 0.9, top_p, *more) for more in ((), (6, 0.0)))
        assert torch.equal(plain[0], given[0]) and torch.equal(plain[1], given[1])
