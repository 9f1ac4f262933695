"""Models that must not be decoded in slots are told apart before anything is sampled."""

from collections.abc import Callable

import pytest
import torch

from crescent.errors import ModelError
from crescent.generation import attention, probe
from crescent.generation.cache import SlotCache
from crescent.generation.probe import objection
from crescent.models.load import Loaded
from tests.generation.families import CONTEXT, WINDOWED, family, hybrid, mamba


def test_the_embedded_model_is_decoded_in_slots(nano: Loaded) -> None:
    assert objection(nano.model, 512) is None


@pytest.mark.parametrize("model", [mamba, hybrid])
def test_models_with_another_memory_are_told_apart(model: Callable[[], torch.nn.Module]) -> None:
    assert "slots do not suit it" in str(objection(model(), CONTEXT))


def test_an_argument_that_attention_does_not_know_is_named() -> None:
    model = family("llama")
    layer = model.model.layers[1].self_attn
    layer.register_forward_pre_hook(
        lambda module, args, kwargs: (args, kwargs | {"position_bias": torch.ones(1)}), with_kwargs=True
    )
    assert objection(model, CONTEXT) == "its attention asks for `position_bias`, which is not known here"


@pytest.mark.parametrize("name", WINDOWED)
def test_masks_without_windows_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault this is for: one causal mask for all layers. Also where the window is longer than any text tried."""
    monkeypatch.setattr(attention, "slot_mask", attention.slot_mask)
    monkeypatch.setitem(
        attention.AttentionMaskInterface._global_mapping,
        attention.NAME,
        lambda mask_function, **asked: attention.slot_mask(
            mask_function=lambda row, head, query, key: key <= query, **asked | {"local_size": None}
        ),
    )
    for window in (12, 200):
        message = objection(family(name, sliding_window=window), CONTEXT)
        assert message is not None
        assert "nats per token" in message


def test_a_wrong_cache_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    at = SlotCache.at
    monkeypatch.setattr(SlotCache, "at", lambda cache, positions: at(cache, (positions - 1).clamp(min=0)))
    assert "nats per token" in str(objection(family("llama"), CONTEXT))


def test_windows_are_as_before_afterwards() -> None:
    model = family("gemma3")
    assert objection(model, CONTEXT) is None
    assert model.config.sliding_window == 12


def test_a_window_that_the_model_does_not_go_by_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WINDOWS", ())
    assert "cannot be tried" in str(objection(family("mistral", sliding_window=100), CONTEXT))


def test_a_window_that_no_sequence_reaches_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WINDOWS", ())
    assert objection(family("mistral", sliding_window=CONTEXT), CONTEXT) is None


def test_positions_that_turn_with_the_longest_neighbour_are_told_apart() -> None:
    rope = {
        "rope_type": "longrope",
        "rope_theta": 10000.0,
        "short_factor": [1.0] * 8,
        "long_factor": [4.0] * 8,
    }
    model = family("phi3", rope_parameters=rope, original_max_position_embeddings=64)
    assert "longrope" in str(objection(model, CONTEXT))
    assert objection(model, 64) is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_not_taken_for_a_fault(dtype: torch.dtype) -> None:
    for name in ("llama", "gemma3", "qwen3_moe"):
        assert objection(family(name).to(dtype), CONTEXT) is None


def test_a_context_that_is_shorter_than_the_probe() -> None:
    assert objection(family("llama"), 8) is None


def test_weights_that_are_no_numbers_are_not_the_probes_business() -> None:
    model = family("llama")
    with torch.no_grad():
        model.lm_head.weight.fill_(float("nan"))
    assert objection(model, CONTEXT) is None


def test_it_is_asked_once_per_model() -> None:
    model, passes = family("llama"), []
    model.register_forward_hook(lambda *_: passes.append(1))
    objection(model, CONTEXT)
    tried = len(passes)
    assert tried > 0
    objection(model, CONTEXT)
    assert len(passes) == tried


def test_too_little_memory_is_told_as_such() -> None:
    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    model = family("llama")
    model.register_forward_pre_hook(refuse)
    with pytest.raises(ModelError, match="does not hold"):
        objection(model, CONTEXT)


def test_torchs_own_random_numbers_are_left_alone() -> None:
    before = torch.random.get_rng_state()
    objection(family("llama"), CONTEXT)
    assert torch.equal(torch.random.get_rng_state(), before)
