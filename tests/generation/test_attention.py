import pytest
import torch

from crescent.generation.attention import NAME, slot_attention
from crescent.generation.inside import in_slots
from tests.generation.tiny import VOCABULARY, tiny_model


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
@pytest.mark.parametrize("masked", [False, True])
def test_it_is_scaled_dot_product_attention(kv_heads: int, masked: bool) -> None:
    torch.manual_seed(1)
    query = torch.randn(3, 4, 5, 8)
    key, value = torch.randn(2, 3, kv_heads, 5, 8)
    mask = (torch.rand(3, 1, 5, 5) < 0.5) | torch.eye(5, dtype=torch.bool) if masked else None
    found, weights = slot_attention(torch.nn.Module(), query, key, value, mask)
    expected = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, is_causal=not masked, enable_gqa=True
    )
    assert weights is None
    torch.testing.assert_close(found, expected.transpose(1, 2))


def test_scaling_is_taken_as_it_is_given() -> None:
    query, key, value = torch.randn(3, 1, 2, 4, 8, generator=torch.Generator().manual_seed(1))
    found, _ = slot_attention(torch.nn.Module(), query, key, value, None, scaling=0.01)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True, scale=0.01)
    torch.testing.assert_close(found, expected.transpose(1, 2))


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_a_model_computes_the_same_with_it(kind: str) -> None:
    model = tiny_model(kind, kv_heads=2)
    ids = torch.arange(3 * 7).reshape(3, 7) % VOCABULARY
    with torch.inference_mode():
        before = model(ids).logits
        with in_slots(model):
            assert model.config._attn_implementation == NAME
            inside = model(ids).logits
        after = model(ids).logits
    torch.testing.assert_close(inside, before, rtol=1e-4, atol=1e-4)
    assert torch.equal(before, after)


def test_the_former_implementation_comes_back_also_after_an_error() -> None:
    model = tiny_model()
    before = model.config._attn_implementation

    def fail() -> None:
        with in_slots(model):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert model.config._attn_implementation == before != NAME
