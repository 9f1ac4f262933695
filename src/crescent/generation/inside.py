"""A model whose attention, masks and experts are those for sequences in slots."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers import PreTrainedModel

from crescent.generation import attention, experts
from crescent.private.transformers_internals import computed_with


@contextmanager
def in_slots(model: PreTrainedModel) -> Iterator[None]:
    """Compute `model` as sequences in slots need it while the block runs; the experts on the CPU alone."""
    config = model.config.get_text_config(decoder=True)
    with computed_with(config, attention.NAME, experts.NAME if model.device.type == "cpu" else None):
        yield
