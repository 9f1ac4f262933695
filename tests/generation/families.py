"""Tiny random models of many architectures, each with windows that are shorter than what the tests write."""

from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    DeepseekV3Config,
    Gemma2Config,
    Gemma3TextConfig,
    GptOssConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    MixtralConfig,
    Olmo2Config,
    Phi3Config,
    PreTrainedModel,
    Qwen3Config,
    Qwen3MoeConfig,
    RecurrentGemmaConfig,
)

VOCABULARY = 97
CONTEXT = 256
WINDOW = 12
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "initializer_range": 0.3,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
}
MIXED = ["sliding_attention", "full_attention"]
FAMILIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "llama": (LlamaConfig, {}),
    "gemma2": (
        Gemma2Config,
        {
            "head_dim": 16,
            "sliding_window": WINDOW,
            "attn_logit_softcapping": 1.0,
            "query_pre_attn_scalar": 1,
            "tie_word_embeddings": False,
        },
    ),
    "gemma3": (
        Gemma3TextConfig,
        {
            "head_dim": 16,
            "sliding_window": WINDOW,
            "layer_types": MIXED,
            "query_pre_attn_scalar": 1,
            "tie_word_embeddings": False,
        },
    ),
    "mistral": (MistralConfig, {"head_dim": 16, "sliding_window": WINDOW}),
    "qwen3": (
        Qwen3Config,
        {"head_dim": 16, "use_sliding_window": True, "sliding_window": WINDOW, "layer_types": MIXED},
    ),
    "phi3": (Phi3Config, {"sliding_window": WINDOW}),
    "olmo2": (Olmo2Config, {}),
    "gpt_oss": (
        GptOssConfig,
        {
            "head_dim": 16,
            "sliding_window": WINDOW,
            "layer_types": MIXED,
            "num_local_experts": 4,
            "num_experts_per_tok": 2,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
    ),
    "mixtral": (MixtralConfig, {"head_dim": 16, "sliding_window": WINDOW, "num_local_experts": 4}),
    "qwen3_moe": (
        Qwen3MoeConfig,
        {"head_dim": 16, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32},
    ),
    "deepseek_v3": (
        DeepseekV3Config,
        {
            "num_key_value_heads": 4,
            "q_lora_rank": 16,
            "kv_lora_rank": 16,
            "qk_rope_head_dim": 8,
            "qk_nope_head_dim": 8,
            "v_head_dim": 8,
            "n_routed_experts": 4,
            "n_group": 1,
            "topk_group": 1,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 32,
        },
    ),
}
WINDOWED = [name for name, (_, extra) in FAMILIES.items() if "sliding_window" in extra]


def family(name: str, **overrides: Any) -> PreTrainedModel:
    """A model of one of `FAMILIES`."""
    config, extra = FAMILIES[name]
    return made(config(**{**SIZES, **extra, **overrides}))


def mamba(vocabulary: int = VOCABULARY) -> PreTrainedModel:
    """A model without attention: what it remembers of a sequence is no list of keys and values."""
    return made(
        MambaConfig(
            vocab_size=vocabulary, hidden_size=16, num_hidden_layers=2, state_size=4, initializer_range=0.3,
            bos_token_id=None, eos_token_id=None, pad_token_id=0,
        )
    )  # fmt: skip


def hybrid() -> PreTrainedModel:
    """A model whose layers are recurrent but for one of three, which has attention with a window."""
    sizes = SIZES | {"num_hidden_layers": 3, "num_key_value_heads": 1}
    return made(RecurrentGemmaConfig(**sizes, lru_width=64, attention_window_size=WINDOW))


def made(config: Any) -> PreTrainedModel:
    """A model of `config` with random weights, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(config)
        for name, parameter in model.named_parameters():
            if name.endswith("sinks"):  # zeros at first
                torch.nn.init.normal_(parameter, 2.0)
    return model.eval()
