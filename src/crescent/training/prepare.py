"""A model made ready for training, and put back as it was afterwards, with its new weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from crescent.config.schema import Training
from crescent.errors import ModelError
from crescent.training.lora import attach_lora, merge_lora

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@contextmanager
def prepared(model: "PreTrainedModel", config: Training) -> Iterator[Any]:
    """Yield what is to be trained: `model`, or a `PeftModel` around it; on leaving, adapters are merged into `model`.

    Full fine-tuning casts the weights to float32: an update of a bfloat16 weight is mostly rounded away. With adapters
    the frozen weights stay as they are.

    Raises:
        ModelError: see `attach_lora`; or packing with a model whose layers do not keep packed documents apart.
    """
    was_training = model.training
    if config.packing:
        check_documents_apart(model)
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


def check_documents_apart(model: "PreTrainedModel") -> None:
    """Try whether the second of two packed documents is blind to the first one.

    Attention layers build the mask from the position ids; convolutional and recurrent layers mostly do not.

    Raises:
        ModelError: it sees it.
    """
    length = 8
    positions = torch.arange(length).repeat(2)[None].to(model.device)
    # Two rows that differ in the first document alone; any token ids will do.
    ids = torch.arange(2 * length).remainder(model.config.get_text_config().vocab_size).repeat(2, 1)
    ids[1, :length] = ids[1, :length].flip(0)
    mode = model.training
    model.eval()
    with torch.no_grad():
        one, other = model(input_ids=ids.to(model.device), position_ids=positions.expand(2, -1), use_cache=False).logits
    model.train(mode)
    scale = one.abs().max().item()
    if not torch.allclose(one[length:], other[length:], rtol=0.0, atol=1e-3 * scale):
        raise ModelError(
            f"training.packing: {type(model).__name__} does not keep packed conversations apart; set packing=false."
        )
