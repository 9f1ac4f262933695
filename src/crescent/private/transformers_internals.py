"""transformers: which attention a model uses, its masks, what a cache is asked, and how weights are named on disk."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from transformers.cache_utils import DynamicLayer, get_layer_types_and_kwargs
from transformers.core_model_loading import revert_weight_conversion
from transformers.integrations.moe import ExpertsInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask
from transformers.modeling_utils import remove_tied_weights_from_state_dict
from transformers.pytorch_utils import Conv1D

__all__ = [
    "NAMES", "Conv1D", "DynamicLayer", "ExpertsInterface", "blocks", "computed_with", "forget_quantised", "layer_kinds",
    "own_forward", "saved_weights", "sdpa_attention_forward", "sdpa_mask",
]  # fmt: skip

NAMES = (
    # What `generation.cache.SlotCache` overrides, and what it reads of a layer.
    "transformers.cache_utils:Cache.get_mask_sizes",
    "transformers.cache_utils:Cache.get_query_offset",
    "transformers.cache_utils:Cache.update",
    "transformers.cache_utils:DynamicLayer",
    "transformers.cache_utils:DynamicLayer#keys",
    "transformers.cache_utils:DynamicLayer#values",
    "transformers.cache_utils:get_layer_types_and_kwargs",
    "transformers.configuration_utils:PretrainedConfig._attn_implementation",
    "transformers.configuration_utils:PretrainedConfig._experts_implementation",
    "transformers.core_model_loading:revert_weight_conversion",
    "transformers.integrations.moe:ExpertsInterface",
    "transformers.integrations.moe:use_experts_implementation",
    "transformers.integrations.sdpa_attention:sdpa_attention_forward",
    "transformers.masking_utils:sdpa_mask",
    "transformers.modeling_utils:PreTrainedModel._keys_to_ignore_on_save",
    "transformers.modeling_utils:PreTrainedModel._no_split_modules",
    "transformers.modeling_utils:PreTrainedModel#hf_quantizer",
    "transformers.modeling_utils:remove_tied_weights_from_state_dict",
    "transformers.pytorch_utils:Conv1D",
)


@contextmanager
def computed_with(config: Any, attention: str | None = None, experts: str | None = None) -> Iterator[None]:
    """A model of this configuration computes with the attention and the experts registered under these names.

    While the block runs; None leaves what there is.
    """
    before = config._attn_implementation, config._experts_implementation
    if attention is not None:
        config._attn_implementation = attention
    if experts is not None:
        config._experts_implementation = experts
    try:
        yield
    finally:
        config._attn_implementation, config._experts_implementation = before


def own_forward(module: Any) -> Callable[..., Any]:
    """What `use_experts_implementation` wraps: the experts one by one, as the model writes them."""
    written: Callable[..., Any] = type(module).forward.__wrapped__
    return written


def layer_kinds(config: Any) -> list[dict[str, Any]]:
    """What each layer asks of its cache, such as its `sliding_window`, as transformers reads the configuration."""
    return list(get_layer_types_and_kwargs(config)[1])


def blocks(model: Any) -> list[Any]:
    """The transformer blocks of `model`, or of the model inside adapters: what is named there as not to be split."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    names = set(getattr(base, "_no_split_modules", None) or ())
    return [module for module in model.modules() if type(module).__name__ in names]


def saved_weights(model: Any) -> dict[str, Any]:
    """The model's own tensors under the names that `save_pretrained` gives them, tied ones once."""
    left_out = set(model._keys_to_ignore_on_save or ())
    found: Mapping[str, Any] = {name: tensor for name, tensor in model.state_dict().items() if name not in left_out}
    tensors: dict[str, Any] = revert_weight_conversion(model, remove_tied_weights_from_state_dict(found, model))
    return tensors


def forget_quantised(model: Any) -> None:
    """Of a model whose weights were made plain tensors: the note that they were quantised would forbid saving it."""
    model.hf_quantizer = None
    vars(model.config).pop("quantization_config", None)
