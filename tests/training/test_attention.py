import pytest
import torch
from transformers import Gemma2Config, Gemma2ForCausalLM, MistralConfig, MistralForCausalLM

from crescent.training.attention import OtherAttentionError, by_document, document_attention
from crescent.training.prepare import keeps_documents_apart

SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 64,
}


def test_the_implementation_is_put_back(tiny_model):
    model = tiny_model()
    before = model.config._attn_implementation
    with pytest.raises(KeyError), by_document(model):
        assert model.config._attn_implementation == "crescent_documents"
        raise KeyError
    assert model.config._attn_implementation == before
    with by_document(model, on=False):
        assert model.config._attn_implementation == before


def test_a_sliding_window_is_kept_within_each_document():
    torch.manual_seed(0)
    model = MistralForCausalLM(MistralConfig(**SIZES, sliding_window=3)).eval()
    ids = torch.arange(1, 19)[None]
    lengths = [10, 8]
    positions = torch.cat([torch.arange(length) for length in lengths])[None]
    with torch.no_grad():
        alone = torch.cat([model(part).logits[0] for part in ids.split(lengths, 1)])
        with by_document(model):
            packed = model(ids, position_ids=positions, document_lengths=lengths).logits[0]
    torch.testing.assert_close(packed, alone, rtol=0, atol=1e-5)


def test_bounded_scores_are_not_claimed_to_be_had():
    torch.manual_seed(0)
    gemma = Gemma2ForCausalLM(Gemma2Config(**SIZES, attn_logit_softcapping=5.0))
    assert not keeps_documents_apart(gemma)
    states = torch.zeros(1, 1, 2, 4)
    with pytest.raises(OtherAttentionError, match="softcap"):
        document_attention(gemma, states, states, states, None, softcap=5.0)
