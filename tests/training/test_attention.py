import random

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM

from crescent.models.attention import OtherAttentionError
from crescent.training.attention import by_document, document_attention
from crescent.training.examples import Example
from crescent.training.packing import IGNORED, pack
from crescent.training.prepare import keeps_documents_apart
from tests.generation.families import FAMILIES, VOCABULARY, WINDOW, family

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


def test_what_is_not_known_is_refused_by_name():
    states = torch.zeros(1, 1, 2, 4)
    with pytest.raises(OtherAttentionError, match="`position_bias`"):
        document_attention(torch.nn.Module(), states, states, states, None, position_bias=states)
    with pytest.raises(OtherAttentionError, match="to come"):
        document_attention(torch.nn.Module(), states, states, states, None, is_causal=False)


@pytest.mark.parametrize("name", FAMILIES)
def test_loss_of_packed_conversations_is_that_of_each_alone(name):
    """Windows, bounded scores and sinks included; by the model's own forward pass and attention."""
    model = family(name)
    rng = random.Random(1)
    documents = [Example([rng.randrange(VOCABULARY) for _ in range(n)], 3) for n in (50, 5, 3 * WINDOW)]
    assert keeps_documents_apart(model)
    batch = pack(documents)
    with by_document(model):
        packed = loss(model, batch, document_lengths=batch.document_lengths)
    alone = [loss(model, pack([document])) for document in documents]
    assert float(packed) == pytest.approx(sum(map(float, alone)), rel=1e-5)


@pytest.mark.parametrize("name", ["gemma2", "gemma3", "gpt_oss"])
def test_so_is_the_gradient(name):
    rng = random.Random(1)
    documents = [Example([rng.randrange(VOCABULARY) for _ in range(n)], 3) for n in (50, 3 * WINDOW)]
    model, batch = family(name), pack(documents)
    with by_document(model):
        loss(model, batch, document_lengths=batch.document_lengths).backward()
    packed = {name: parameter.grad for name, parameter in model.named_parameters()}
    model = family(name)
    for document in documents:
        loss(model, pack([document])).backward()
    for weight, parameter in model.named_parameters():
        scale = float(parameter.grad.abs().max())
        torch.testing.assert_close(packed[weight], parameter.grad, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize("name", ["gemma2", "gemma3", "qwen3", "gpt_oss"])
def test_a_window_that_attention_is_not_told_of_is_noticed(name):
    """Such a model keeps its window by its masks alone, and a packed row has none."""
    model = family(name, sliding_window=200)
    for module in model.modules():
        if hasattr(module, "sliding_window"):
            module.sliding_window = None
    assert not keeps_documents_apart(model)


def loss(model, batch, **more):
    logits = model(batch.input_ids, position_ids=batch.position_ids, use_cache=False, **more).logits
    picked = logits[0, batch.columns].float()
    return torch.nn.functional.cross_entropy(picked, batch.targets[0], ignore_index=IGNORED, reduction="sum")
