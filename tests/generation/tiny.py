"""Random models of a few thousand parameters, wide awake: their next tokens vary."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, Qwen2Config, Qwen2ForCausalLM

VOCABULARY = 97
CONTEXT = 256


def tiny_model(kind: str = "llama", kv_heads: int = 4, head_size: int = 32) -> PreTrainedModel:
    settings = {
        "vocab_size": VOCABULARY,
        "hidden_size": 4 * head_size,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": kv_heads,
        "max_position_embeddings": CONTEXT,
        "initializer_range": 0.2,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": 0,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if kind == "qwen2":
            return Qwen2ForCausalLM(Qwen2Config(**settings)).eval()
        return LlamaForCausalLM(LlamaConfig(**settings)).eval()
