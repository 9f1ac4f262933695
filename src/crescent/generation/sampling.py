"""Drawing tokens: counter-based random numbers, one stream per sample, and inverse-CDF sampling."""

import numpy as np
import torch

from crescent.config.schema import Sampling

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def uniforms(seeds: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Numbers in [0, 1), float64 of shape (n,): number `steps[i]` of stream `seeds[i]`, both uint64.

    SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) used as a counter-based generator: any number of any stream can be
    had without the ones before it, so a sample does not depend on what else is in the batch.
    """
    with np.errstate(over="ignore"):
        z = seeds + (steps.astype(np.uint64) + np.uint64(1)) * _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    numbers: np.ndarray = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return numbers


def draw(
    logits: torch.Tensor,
    uniform: torch.Tensor,
    temperature: float,
    top_p: float,
    top_k: int | None = None,
    min_p: float = 0.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """One token per row of `logits` (n, vocabulary), and its log-probability at temperature 1.

    Args:
        logits: scores of the next token.
        uniform: float64 of shape (n,), the random number of each row.
        temperature: 0 takes the most likely token.
        top_p: nucleus sampling (Holtzman et al., ICLR 2020); 1 keeps every token.
        top_k: keeps so many tokens (Fan et al., ACL 2018); None keeps every token.
        min_p: keeps what has this share of the largest probability (Nguyen et al., ICLR 2025); 0 keeps every token.

    The tokens that may be drawn are those that vLLM would have: after the temperature come min_p, top_k and top_p, each
    of what the one before has left.
    """
    logits = logits.float()
    logprobs = torch.log_softmax(logits, dim=-1)
    if temperature == 0:
        tokens = logits.argmax(dim=-1)
    else:
        probabilities = torch.softmax(logits / temperature, dim=-1) if temperature != 1 else logprobs.exp()
        if min_p > 0 or top_k is not None:
            probabilities = likely(probabilities, top_k, min_p)
        if top_p < 1:
            probabilities = nucleus(probabilities, top_p)
        cumulative = probabilities.double().cumsum(dim=-1)
        point = (uniform * cumulative[:, -1]).unsqueeze(-1)
        tokens = torch.searchsorted(cumulative, point, right=True).squeeze(-1).clamp_(max=logits.shape[-1] - 1)
    return tokens, logprobs.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


def filters(sampling: Sampling) -> tuple[float, float, int | None, float]:
    """What `draw` takes of the configured sampling, in its order."""
    return sampling.temperature, sampling.top_p, sampling.top_k, sampling.min_p


def likely(probabilities: torch.Tensor, top_k: int | None, min_p: float) -> torch.Tensor:
    """The probabilities of the tokens that `min_p` and `top_k` keep, adding up to 1, and 0 for all others.

    Of tokens as likely as the last of the `top_k` all are kept.
    """
    largest = probabilities.amax(dim=-1, keepdim=True)
    kept = probabilities.masked_fill(probabilities < min_p * largest, 0.0)
    if top_k is not None and top_k < kept.shape[-1]:
        kept = kept.masked_fill(kept < kept.topk(top_k, dim=-1).values[:, -1:], 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def nucleus(probabilities: torch.Tensor, top_p: float) -> torch.Tensor:
    """Zero all but the smallest set of most likely tokens that holds at least `top_p` of the probability."""
    ordered, index = probabilities.sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered
    return torch.zeros_like(probabilities).scatter(-1, index, ordered.masked_fill(before >= top_p, 0.0))
