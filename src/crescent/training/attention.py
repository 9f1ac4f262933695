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

from crescent.models.attention import OtherAttentionError, attend, refuse_others
from crescent.private.transformers_internals import computed_with

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "crescent_documents"


def document_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    s_aux: torch.Tensor | None = None,
    is_causal: bool | None = None,
    document_lengths: list[int] | None = None,
    windows: dict[int, int | None] | None = None,
    **kwargs: object,
) -> tuple[torch.Tensor, None]:
    """Causal attention within each of the documents that stand one behind the other in a single row.

    Args:
        query: (1, heads, tokens, size); `key` and `value` may have fewer heads (grouped-query attention).
        attention_mask: None; `transformers` makes no mask for an implementation it does not know.
        sliding_window: a token sees so many tokens of its document, itself included; None: all before it.
        softcap, s_aux: bound of the scores, and the sinks' scores, see `crescent.models.attention`.
        document_lengths: tokens of each document; they add up to the row. None: the row is one document.
        windows: gets the layer's number and its `sliding_window`, for who wants to know what was asked.

    Returns:
        (1, tokens, heads, size), and None in place of the weights.

    Raises:
        OtherAttentionError: the model asks for a kind of attention that is not this one.
    """
    refuse_others(kwargs)
    if len(query) != 1 or attention_mask is not None or is_causal is False:
        raise OtherAttentionError("no attention by document with a mask, several rows, or tokens to come")
    if windows is not None:
        windows[int(module.layer_idx)] = sliding_window  # type: ignore[arg-type]
    lengths = document_lengths or [query.shape[2]]
    mixed = []
    for q, k, v in zip(*(torch.split(states, lengths, dim=2) for states in (query, key, value)), strict=True):
        window = _window(q, sliding_window)
        if softcap is not None or s_aux is not None:
            mixed.append(attend(q, k, v, window, scaling, softcap=softcap, sinks=s_aux, dropout=dropout))
            continue
        fused = scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=window,
            is_causal=window is None,
            dropout_p=dropout,
            scale=scaling,
            enable_gqa=query.shape[1] != key.shape[1],
        )
        mixed.append(fused.transpose(1, 2))
    return torch.cat(mixed, dim=1), None


def _window(query: torch.Tensor, size: int | None) -> torch.Tensor | None:
    """The mask of a document that is longer than its window, None where being causal is all there is to it."""
    length = query.shape[2]
    if size is None or length <= size:
        return None
    return torch.ones(length, length, dtype=torch.bool, device=query.device).tril().triu(1 - size)[None, None]


AttentionInterface.register(NAME, document_attention)


@contextmanager
def by_document(model: "PreTrainedModel", on: bool = True) -> Iterator[None]:
    """Use `document_attention` in `model` while the block runs, if `on`."""
    with computed_with(model.config.get_text_config(), NAME if on else None):
        yield
