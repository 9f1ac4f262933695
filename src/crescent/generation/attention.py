"""Attention whose numbers for one sequence do not depend on the rest of the batch.

The fused CPU kernels round differently with the position of a row in the batch; plain matrix products of at least a few
rows do not. That is what lets a run be resumed, split over ranks or given another batch size with byte-equal results.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import AttentionInterface, PreTrainedModel

NAME = "crescent_invariant"


def invariant_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **kwargs: object,
) -> tuple[torch.Tensor, None]:
    """Scaled dot-product attention, written out (Vaswani et al., 2017, section 3.2.1).

    Args:
        query: (rows, heads, length, size); `key` and `value` may have fewer heads (grouped-query attention).
        attention_mask: True where attention is allowed, broadcast over heads; None means causal.

    Returns:
        (rows, length, heads, size), and None in place of the weights.
    """
    rows, heads, length, size = query.shape
    groups = heads // key.shape[1]
    # Query heads that share a key head are handled as extra query positions: nothing is copied.
    grouped = query.reshape(rows, key.shape[1], groups * length, size)
    # Products with fewer than 32 numbers on the left take a path that rounds differently with the cache's width.
    copies = -(-32 // (groups * length * size))
    padded = grouped if copies == 1 else grouped.repeat(1, 1, copies, 1)
    scores = (padded @ key.transpose(-1, -2))[:, :, : groups * length]
    scores = scores * (scaling or size**-0.5)
    if attention_mask is None:
        allowed = torch.ones(length, key.shape[2], dtype=torch.bool, device=query.device).tril()
        attention_mask = allowed[None, None]
    if groups > 1:
        attention_mask = attention_mask.repeat(1, 1, groups, 1)
    scores.masked_fill_(~attention_mask, float("-inf"))
    mixed = torch.softmax(scores, dim=-1) @ value
    return mixed.reshape(rows, heads, length, size).transpose(1, 2), None


AttentionInterface.register(NAME, invariant_attention)


@contextmanager
def invariant(model: PreTrainedModel) -> Iterator[None]:
    """Use `invariant_attention` in `model` while the block runs. Only where batches must not matter: on the CPU."""
    before = model.config._attn_implementation
    if model.device.type == "cpu":
        model.config._attn_implementation = NAME
    try:
        yield
    finally:
        model.config._attn_implementation = before
