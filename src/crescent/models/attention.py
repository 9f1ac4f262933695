"""Scaled dot-product attention as plain matrix products, with what some models add to it, and the refusal of the rest.

`transformers` hands an attention function whatever the model asks for as keyword arguments. One that is swallowed
changes what the model computes without a word, so the functions registered here refuse what they do not know.
"""

from collections.abc import Mapping

import torch

HARMLESS = {"position_ids", "use_cache"}
"""What models hand on that attention has no use for: positions are in queries and keys by then, the cache is filled."""


STEP = 16
"""Widths that are multiples of it are summed alike by softmax, whatever follows that counts nothing."""


class OtherAttentionError(Exception):
    """A model asks attention for something that this package's own does not give. Callers go another way."""


def refuse_others(asked: Mapping[str, object]) -> None:
    """See that the arguments that an attention function has no parameter for ask for nothing.

    Raises:
        OtherAttentionError: names those that do.
    """
    names = sorted(
        name for name, value in asked.items() if value is not None and value is not False and name not in HARMLESS
    )
    if names:
        raise OtherAttentionError(f"its attention asks for `{'`, `'.join(names)}`, which is not known here")


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    allowed: torch.Tensor | None,
    scaling: float | None = None,
    *,
    softcap: float | None = None,
    sinks: torch.Tensor | None = None,
    dropout: float = 0.0,
) -> torch.Tensor:
    """Attention, written out (Vaswani et al., 2017, section 3.2.1).

    Args:
        query: (rows, heads, length, size); `key` and `value` may have fewer heads (grouped-query attention), `value`
            another size (latent attention).
        allowed: (rows or 1, 1, length, keys), True where attention is allowed; None means causal.
        scaling: of the scores; None: size**-0.5.
        softcap: bound of the scores, approached as by tanh (Gemma 2, arXiv:2408.00118, section 2).
        sinks: (heads,), score of a place without value that a head may attend to instead (gpt-oss, arXiv:2508.10925,
            section 2).

    Returns:
        (rows, length, heads, size of `value`).
    """
    rows, heads, length, size = query.shape
    groups = heads // key.shape[1]
    # Query heads that share a key head are handled as extra query positions: nothing is copied.
    grouped = query.reshape(rows, key.shape[1], groups * length, size)
    # Products with fewer than 32 numbers on the left, or in what comes out, take a path that rounds differently with
    # the cache's width; so there are copies of the queries, which are thrown away in the end.
    copies = -(-32 // (groups * length * min(size, value.shape[-1])))
    padded = grouped if copies == 1 else grouped.repeat(1, 1, copies, 1)
    scores = (padded @ key.transpose(-1, -2)) * (scaling or size**-0.5)
    if softcap is not None:
        scores = torch.tanh(scores / softcap) * softcap
    if allowed is None:
        allowed = torch.ones(length, key.shape[2], dtype=torch.bool, device=query.device).tril()[None, None]
    if groups * copies > 1:
        allowed = allowed.repeat(1, 1, groups * copies, 1)
    scores.masked_fill_(~allowed, float("-inf"))
    if sinks is not None:
        scores = torch.cat([_sink_columns(sinks, groups, length).repeat(len(scores), 1, copies, 1), scores], dim=-1)
    weights = torch.softmax(scores, dim=-1, dtype=torch.float32)
    weights = weights[..., scores.shape[-1] - key.shape[2] :].to(value.dtype)
    if dropout:
        weights = torch.nn.functional.dropout(weights, dropout)
    mixed = (weights @ value)[:, :, : groups * length]
    return mixed.reshape(rows, heads, length, value.shape[-1]).transpose(1, 2)


def _sink_columns(sinks: torch.Tensor, groups: int, length: int) -> torch.Tensor:
    """Scores of the sinks as keys in front, (1, key heads, groups * length, STEP): one, and others that count nothing.

    Softmax sums alike over widths that differ by such steps, and alone what stands in front keeps its place.
    """
    columns = sinks.new_full((1, len(sinks) // groups, groups * length, STEP), float("-inf"))
    columns[..., 0] = sinks.view(-1, groups, 1).expand(-1, groups, length).flatten(1)
    return columns
