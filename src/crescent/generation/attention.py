"""Attention of sequences that sit in slots: each row at a position of its own, its numbers independent of the batch.

The masks are the model's own: `transformers` builds one per kind of layer (all tokens before, a sliding window, chunks)
from a rule about positions, and `slot_mask` asks that rule about the positions at which the rows are.

On the CPU the attention is written out. The fused kernels there round differently with the position of a row in the
batch; plain matrix products of at least a few rows do not. That is what lets a run be resumed, split over ranks or
given another batch size with byte-equal results.
"""

from collections.abc import Callable
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface

from crescent.models.attention import OtherAttentionError, attend, refuse_others
from crescent.private.transformers_internals import sdpa_attention_forward, sdpa_mask

NAME = "crescent_slots"
WRITTEN_OUT = ("cpu",)
"""Devices whose fused kernels are not used."""


def slot_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    softcap: float | None = None,
    s_aux: torch.Tensor | None = None,
    sliding_window: int | None = None,
    is_causal: bool | None = None,
    **kwargs: object,
) -> tuple[torch.Tensor, None]:
    """The attention of `crescent.models.attention`, or on a GPU a fused kernel where that computes the same.

    Args:
        query: (rows, heads, length, size); `key` and `value` may have fewer heads (grouped-query attention).
        attention_mask: of `slot_mask`: True where attention is allowed, broadcast over heads; None means causal.
        s_aux: (heads,), the sinks' scores.
        sliding_window, is_causal: what the mask says already.

    Returns:
        (rows, length, heads, size), and None in place of the weights.

    Raises:
        OtherAttentionError: the model asks for a kind of attention that is not this one.
    """
    refuse_others(kwargs)
    if dropout or (is_causal is False and attention_mask is None):
        raise OtherAttentionError("its attention drops weights, or looks at tokens to come")
    if query.device.type in WRITTEN_OUT or softcap is not None or s_aux is not None:
        return attend(query, key, value, attention_mask, scaling, softcap=softcap, sinks=s_aux), None
    mixed: torch.Tensor = sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling)[0]
    return mixed, None


def slot_mask(
    batch_size: int,
    q_length: int,
    kv_length: int,
    mask_function: Callable[..., torch.Tensor],
    q_offset: int | torch.Tensor = 0,
    kv_offset: int = 0,
    attention_mask: torch.Tensor | None = None,
    use_vmap: bool = False,
    device: torch.device | str = "cpu",
    **kwargs: Any,
) -> torch.Tensor | None:
    """The mask of one kind of layer, (rows, 1, length, width), True where attention is allowed; None means causal.

    Args:
        mask_function: the model's rule: (row, head, position of the query, position of the key) -> whether it may look.
        q_offset: (rows,), the position of each row's first query, as `SlotCache` says it. A number: all begin there.

    Raises:
        OtherAttentionError: the rule is about more than positions.
    """
    if not isinstance(q_offset, torch.Tensor):  # prompts, which all begin at 0
        mask: torch.Tensor | None = sdpa_mask(
            batch_size, q_length, kv_length, q_offset, kv_offset, mask_function, attention_mask=attention_mask,
            use_vmap=use_vmap, device=device, **kwargs,
        )  # fmt: skip
        return mask
    if use_vmap or attention_mask is not None:
        raise OtherAttentionError("its mask is about more than positions")
    row = torch.arange(batch_size, device=device)[:, None, None, None]
    head = torch.zeros(1, 1, 1, 1, dtype=torch.long, device=device)
    query = (q_offset[:, None] + torch.arange(q_length, device=device))[:, None, :, None]
    key = (torch.arange(kv_length, device=device) + kv_offset)[None, None, None, :]
    return mask_function(row, head, query, key).expand(batch_size, -1, q_length, kv_length)


AttentionInterface.register(NAME, slot_attention)
AttentionMaskInterface.register(NAME, slot_mask)
