"""A model made ready for training, and put back as it was afterwards, with its new weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from crescent.config.schema import Training
from crescent.models.attention import OtherAttentionError
from crescent.private.transformers_internals import layer_kinds
from crescent.training.attention import by_document
from crescent.training.lora import attach_lora, merge_lora

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel


@contextmanager
def prepared(model: "PreTrainedModel", config: Training) -> Iterator[Any]:
    """Yield what is to be trained: `model`, or a `PeftModel` around it; on leaving, adapters are merged into `model`.

    Full fine-tuning casts the weights to float32: an update of a bfloat16 weight is mostly rounded away. With adapters
    the frozen weights stay as they are.

    Raises:
        ModelError: see `attach_lora`.
    """
    was_training = model.training
    adapted = config.method == "lora"
    if not adapted:
        model.float()
    student = attach_lora(model, config.lora) if adapted else model
    if config.gradient_checkpointing:
        _checkpointing(model, "enable")({"use_reentrant": False})
    student.train()
    try:
        yield student
    finally:
        if config.gradient_checkpointing:
            _checkpointing(model, "disable")()
            model.disable_input_require_grads()
        if adapted:
            merge_lora(student)
        model.zero_grad(set_to_none=True)
        model.train(was_training)


def _checkpointing(model: "PreTrainedModel", switch: str) -> Any:
    """transformers 5 renames these methods on the way, and warns of the old names."""
    return getattr(model, f"activation_checkpointing_{switch}", None) or getattr(
        model, f"gradient_checkpointing_{switch}"
    )


def keeps_documents_apart(model: "PreTrainedModel") -> bool:
    """Try whether two documents in a packed row get the logits that each gets alone, with the model's own attention.

    Recurrent and convolutional layers carry one document into the next, and some models ask for more than attention by
    document gives. The documents tried are short; what layers see of longer ones is compared by number: each must ask
    for the very window that the model's configuration gives it.
    """
    length = 8
    config = model.config.get_text_config()
    ids = torch.arange(2 * length, device=model.device)[None].remainder(config.vocab_size)  # any token ids will do
    positions = torch.arange(length, device=model.device).repeat(2)[None]
    windows: dict[int, int | None] = {}
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            alone = model(input_ids=ids.view(2, length), use_cache=False)
            with by_document(model):
                packed = model(
                    input_ids=ids, position_ids=positions, use_cache=False, document_lengths=[length, length],
                    windows=windows,
                )  # fmt: skip
    except (OtherAttentionError, TypeError, AttributeError):
        return False
    finally:
        model.train(mode)
    if windows != _windows(config):
        return False
    expected = alone.logits.flatten(0, 1)
    # Of a model whose weights are no numbers it is False: the training itself says what is wrong with it.
    return bool((packed.logits[0] - expected).abs().max() <= 1e-3 * expected.abs().max())


def _windows(config: "PreTrainedConfig") -> dict[int, int | None]:
    """Layer -> how many tokens it sees, None: all; as transformers reads a configuration when it makes a cache."""
    return {number: layer.get("sliding_window") for number, layer in enumerate(layer_kinds(config))}
