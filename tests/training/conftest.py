"""Models of a few thousand parameters and a byte-level tokenizer, made here."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from crescent.config.schema import Training

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|user|>", "<|assistant|>", "<|end|>"]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    bytes_only = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bytes_only.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=bytes_only, eos_token="<|end|>", pad_token="<|end|>")
    made.add_special_tokens({"extra_special_tokens": SPECIAL})
    made.chat_template = TEMPLATE
    return made


@pytest.fixture
def tiny_model() -> Callable[..., Any]:
    def build(kind: str = "llama", seed: int = 0, **overrides: Any) -> Any:
        settings = {
            "vocab_size": 260,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "max_position_embeddings": 256,
            **overrides,
        }
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if kind == "qwen2":
                return Qwen2ForCausalLM(Qwen2Config(**settings))
            return LlamaForCausalLM(LlamaConfig(**settings))

    return build


@pytest.fixture
def pairs() -> list[tuple[str, str]]:
    return [
        (f"What is {a} + {b}?", f"{a} plus {b} is {a + b}." + " Yes." * (a % 4)) for a in range(6) for b in range(4)
    ]


@pytest.fixture
def config() -> Training:
    return Training(
        epochs=2, batch_size=5, micro_batch_size=2, learning_rate=1e-2, warmup=0.1, max_length=128, weight_decay=0.01
    )
