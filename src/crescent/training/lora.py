"""Low-rank adapters (LoRA, Hu et al. 2021) through `peft`."""

import difflib
from typing import TYPE_CHECKING, Any

from crescent.config.schema import Lora
from crescent.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ALL_LINEAR = "all-linear"


def attach_lora(model: "PreTrainedModel", config: Lora) -> Any:
    """Freeze `model` and put adapters into it, in place; returns the `PeftModel` around it.

    Adapter weights are float32 whatever the model's own precision. Their start is drawn from torch's global generator.

    Raises:
        MissingExtraError: `peft` is not installed.
        ModelError: one of `target_modules` matches no linear layer; names the nearest.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise MissingExtraError("peft", "training.method=lora", "lora") from None

    everything = config.target_modules == [ALL_LINEAR]
    if not everything:
        check_targets(model, config.target_modules)
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=ALL_LINEAR if everything else list(config.target_modules),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, lora, autocast_adapter_dtype=True)


def check_targets(model: "PreTrainedModel", targets: list[str]) -> None:
    """Raise a `ModelError` for the first target that is neither a linear layer's name nor the last part of one."""
    if not targets:
        raise ModelError(
            "training.lora.target_modules is empty, so nothing would be trained; all-linear is the default."
        )
    names = linear_layers(model)
    endings = sorted({name.rpartition(".")[2] for name in names})
    for target in targets:
        if not any(name == target or name.endswith(f".{target}") for name in names):
            nearest = difflib.get_close_matches(target, endings, n=3, cutoff=0.0)
            raise ModelError(
                f"training.lora.target_modules: this model has no linear layer {target!r}; "
                f"nearest: {', '.join(nearest)}. All of them: {', '.join(endings)}, or all-linear."
            )


def linear_layers(model: "PreTrainedModel") -> list[str]:
    """Full names of the layers an adapter can sit on, without the output head."""
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    return [n for n, layer in model.named_modules() if isinstance(layer, nn.Linear | Conv1D) and layer is not head]


def merge_lora(adapted: Any) -> None:
    """Add the adapters into the weights of the model they were attached to, in place, and take them out."""
    merged = adapted.merge_and_unload()
    merged.requires_grad_(True)
