"""Texts to vectors: a sentence encoder, or the hidden states of the generating model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crescent.dedup.embedding import Encoder
from crescent.models.encoder import load_encoder

_SENTENCE_WINDOW = 256
"""Tokens that a sentence encoder reads where its folder does not say: as all-MiniLM-L6-v2 was made for."""

_MODEL_WINDOW = 2048
"""Tokens that a generating model reads at most; the rest of a text is not looked at."""


def sentence_encoder(name: str, batch_size: int = 128, device: str = "cpu", revision: str | None = None) -> Encoder:
    """A sentence encoder in the layout of `sentence-transformers/all-MiniLM-L6-v2`, by hub id or local folder.

    Mean of the last hidden states over the text's tokens, scaled to length 1 (Reimers and Gurevych 2019, section 3).
    Texts longer than the encoder's window are cut there. `revision` is the hub's.

    Raises:
        ModelError, DamagedError: it cannot be loaded.
    """
    loaded = load_encoder(name, revision, device)
    return _encoder(loaded.model, loaded.tokenizer, batch_size, loaded.window or _SENTENCE_WINDOW)


def hidden_state_encoder(model: Any, tokenizer: Any, batch_size: int = 128) -> Encoder:
    """The generating model as encoder: mean of its last hidden states over the text's tokens, scaled to length 1.

    `model` is a causal language model of transformers; its base model is run, so no logits are computed. Vectors of
    causal models lie close together (Ethayarajh 2019), so thresholds need to be far higher than for sentence encoders.
    """
    window = min(_MODEL_WINDOW, int(getattr(model.config, "max_position_embeddings", _MODEL_WINDOW)))
    return _encoder(getattr(model, "base_model", model), tokenizer, batch_size, window)


def _encoder(model: Any, tokenizer: Any, batch_size: int, longest: int) -> Encoder:
    def encode(texts: list[str]) -> NDArray[np.float32]:
        """Batches hold texts of similar length; padding is masked out."""
        was_training = model.training
        model.eval()
        tokens = tokenizer(texts, truncation=True, max_length=longest)["input_ids"]
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        with torch.inference_mode():
            batches = [order[begin : begin + batch_size] for begin in range(0, len(order), batch_size)]
            vectors = torch.cat([_pooled(model, [tokens[row] for row in batch]) for batch in batches])
        model.train(was_training)
        result = np.empty(vectors.shape, np.float32)
        result[order] = vectors.numpy()
        return result

    return encode


def _pooled(model: Any, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Mean of the last hidden states: texts x dimensions, float32, on the CPU, each row of length 1."""
    longest = max(map(len, tokens)) or 1
    ids = torch.zeros(len(tokens), longest, dtype=torch.long)
    mask = torch.zeros(len(tokens), longest, dtype=torch.long)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = torch.tensor(text, dtype=torch.long)
        mask[row, : max(1, len(text))] = 1
    device = next(model.parameters()).device
    states = model(input_ids=ids.to(device), attention_mask=mask.to(device)).last_hidden_state.float().cpu()
    weights = mask.unsqueeze(-1).float()
    mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)
    return torch.nn.functional.normalize(mean, dim=1)
