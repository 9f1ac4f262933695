"""Attention that goes through a packed row document by document, so that a row needs neither mask nor padding.

A mask over a row of n tokens has n x n entries, of which nearly all say no. Here every document is a call of its own of
scaled dot-product attention on its fast causal path, while all other layers see one long row. What documents cannot see
of each other is then not masked: it is never computed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "crescent_documents"
BEYOND = ("softcap", "s_aux", "position_bias", "cache")
"""What some models ask of attention besides this: bounded scores, sinks, biases, a paged cache."""


class OtherAttentionError(Exception):
    """A model cannot be trained on packed rows: its attention takes more than causal attention by document gives."""


def document_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    document_lengths: list[int] | None = None,
    **kwargs: object,
) -> tuple[torch.Tensor, None]:
    """Causal attention within each of the documents that stand one behind the other in a single row.

    Args:
        query: (1, heads, tokens, size); `key` and `value` may have fewer heads (grouped-query attention).
        attention_mask: None; `transformers` makes no mask for an implementation it does not know.
        sliding_window: a token sees so many tokens of its document, itself included; None: all before it.
        document_lengths: tokens of each document; they add up to the row. None: the row is one document.

    Returns:
        (1, tokens, heads, size), and None in place of the weights.

    Raises:
        OtherAttentionError: the model asks for a kind of attention that is not this one.
    """
    asked = [name for name in BEYOND if kwargs.get(name) is not None]
    if asked or len(query) != 1 or attention_mask is not None:
        raise OtherAttentionError(f"no attention by document with {', '.join(asked) or 'a mask or several rows'}")
    lengths = document_lengths or [query.shape[2]]
    mixed = []
    for q, k, v in zip(*(torch.split(states, lengths, dim=2) for states in (query, key, value)), strict=True):
        window = _window(q, sliding_window)
        mixed.append(
            scaled_dot_product_attention(
                q,
                k,
                v,
                attn_mask=window,
                is_causal=window is None,
                dropout_p=dropout,
                scale=scaling,
                enable_gqa=query.shape[1] != key.shape[1],
            )
        )
    return torch.cat(mixed, dim=2).transpose(1, 2), None


def _window(query: torch.Tensor, size: int | None) -> torch.Tensor | None:
    """The mask of a document that is longer than its window, None where being causal is all there is to it."""
    length = query.shape[2]
    if size is None or length <= size:
        return None
    return torch.ones(length, length, dtype=torch.bool, device=query.device).tril().triu(1 - size)


AttentionInterface.register(NAME, document_attention)


@contextmanager
def by_document(model: "PreTrainedModel", on: bool = True) -> Iterator[None]:
    """Use `document_attention` in `model` while the block runs, if `on`."""
    config = model.config.get_text_config()
    before = config._attn_implementation
    if on:
        config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before
