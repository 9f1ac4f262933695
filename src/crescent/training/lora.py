"""Low-rank adapters (LoRA, Hu et al. 2021) through `peft`."""

import difflib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.config.schema import Lora, Training
from crescent.errors import DamagedError, MissingExtraError, ModelError
from crescent.models.weights import weight_files

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ALL_LINEAR = "all-linear"
EMBEDDINGS = ("wte", "wpe", "lm_head", "embed_out")
"""Last parts of names of weights that are matrices and no linear layers, besides those with `embed` in them."""


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
    if not everything and (mistake := target_mistake(config.target_modules, linear_layers(model))):
        raise ModelError(mistake)
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=ALL_LINEAR if everything else list(config.target_modules),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, lora, autocast_adapter_dtype=True)


def mistakes(config: Training, folder: Path) -> list[str]:
    """What is wrong with `training.method=lora` for the model in `folder`, without loading it or a model library."""
    if config.method != "lora":
        return []
    found = []
    if find_spec("peft") is None:
        found.append(str(MissingExtraError("peft", "training.method=lora", "lora")))
    targets = config.lora.target_modules
    names = layers_on_disk(folder)
    if targets != [ALL_LINEAR] and (names or not targets) and (mistake := target_mistake(targets, names)):
        found.append(mistake)
    return found


def target_mistake(targets: Sequence[str], names: Sequence[str]) -> str | None:
    """A sentence on the first target that is neither one of the linear layers `names` nor the last part of one."""
    if not targets:
        return "training.lora.target_modules is empty, so nothing would be trained; all-linear is the default."
    endings = sorted({name.rpartition(".")[2] for name in names})
    for target in targets:
        if not any(name == target or name.endswith(f".{target}") for name in names):
            nearest = difflib.get_close_matches(target, endings, n=3, cutoff=0.0)
            return (
                f"training.lora.target_modules: this model has no linear layer {target!r}; "
                f"nearest: {', '.join(nearest)}. All of them: {', '.join(endings)}, or all-linear."
            )
    return None


def layers_on_disk(folder: Path) -> list[str]:
    """Names of the layers with a matrix of weights in the safetensors files of `folder`; none where there are none."""
    shapes: dict[str, list[int]] = {}
    try:
        for file in weight_files(folder):
            with file.open("rb") as stream:  # the format's own library would load numpy
                head = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
            shapes |= {name: tensor["shape"] for name, tensor in head.items() if name != "__metadata__"}
    except (ModelError, DamagedError, OSError, ValueError, KeyError, OverflowError, MemoryError):
        return []  # whether the files are whole is looked at elsewhere
    names = [name.removesuffix(".weight") for name, shape in shapes.items() if len(shape) == 2]
    return [n for n in names if "embed" not in n.rpartition(".")[2] and n.rpartition(".")[2] not in EMBEDDINGS]


def linear_layers(model: "PreTrainedModel") -> list[str]:
    """Full names of the layers an adapter can sit on, without the output head."""
    from torch import nn

    from crescent.private.transformers_internals import Conv1D

    head = model.get_output_embeddings()
    return [n for n, layer in model.named_modules() if isinstance(layer, nn.Linear | Conv1D) and layer is not head]


def merge_lora(adapted: Any) -> None:
    """Add the adapters into the weights of the model they were attached to, in place, and take them out."""
    merged = adapted.merge_and_unload()
    merged.requires_grad_(True)
