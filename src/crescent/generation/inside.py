"""A model whose attention, masks and experts are those for sequences in slots."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers import PreTrainedModel

from crescent.generation import attention, experts


@contextmanager
def in_slots(model: PreTrainedModel) -> Iterator[None]:
    """Compute `model` as sequences in slots need it while the block runs; the experts on the CPU alone."""
    config = model.config.get_text_config(decoder=True)
    before = config._attn_implementation, config._experts_implementation
    config._attn_implementation = attention.NAME
    if model.device.type == "cpu":
        config._experts_implementation = experts.NAME
    try:
        yield
    finally:
        config._attn_implementation, config._experts_implementation = before
