"""How many sequences are decoded together where the configuration leaves it open."""

import os

import torch
from transformers import PreTrainedModel

MOST = {"cpu": 512, "cuda": 1024}
"""More gain nothing: the matrix products are long enough by then."""
SHARE = {"cpu": 0.25, "cuda": 0.8}
"""Of the memory that is free, the part that keys, values and logits may take."""


def fitting(model: PreTrainedModel, length: int) -> int:
    """Sequences of `length` tokens whose keys, values and logits fit the free memory of the model's device."""
    kind = "cuda" if model.device.type == "cuda" else "cpu"
    free = torch.cuda.mem_get_info(model.device)[0] if kind == "cuda" else _free_memory()
    return max(1, min(MOST[kind], int(SHARE[kind] * free) // sequence_bytes(model, length)))


def sequence_bytes(model: PreTrainedModel, length: int) -> int:
    """Memory of one sequence: keys and values of every layer, and its logits in the precisions that sampling needs."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    cache = 2 * config.num_hidden_layers * heads * size * length * model.dtype.itemsize
    logits = config.vocab_size * (3 * 4 + 8)  # logits, log-probabilities, probabilities; their sums in float64
    return int(cache + logits)


def _free_memory() -> int:
    """Bytes that this machine could still give out."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
