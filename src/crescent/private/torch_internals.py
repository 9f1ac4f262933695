"""PyTorch: torchrun from within Python, and how its reader of safetensors checkpoints learns where parts belong."""

import json
from collections.abc import Mapping, Sequence

NAMES = (
    "torch.distributed.checkpoint._hf_utils:CUSTOM_METADATA_KEY",
    "torch.distributed.checkpoint._hf_utils:SAVED_OFFSETS_KEY",
    "torch.distributed.elastic.multiprocessing.api:SignalException",
    "torch.distributed.elastic.multiprocessing.errors:ChildFailedError",
    "torch.distributed.run:parse_args",
    "torch.distributed.run:run",
)


def torchrun(arguments: Sequence[str]) -> bool:
    """Run torchrun in this process; False when one of its processes failed or it was asked to stop."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import parse_args, run

    try:
        run(parse_args(list(arguments)))  # type: ignore[no-untyped-call]
    except (ChildFailedError, SignalException):
        return False
    return True


def parts_metadata(begins: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """A safetensors file's metadata that say where in the whole tensor each tensor of the file begins.

    `HuggingFaceStorageReader` of `torch.distributed.checkpoint` puts whole tensors together by it.
    """
    from torch.distributed.checkpoint._hf_utils import CUSTOM_METADATA_KEY, SAVED_OFFSETS_KEY

    message = {name: {SAVED_OFFSETS_KEY: list(begin)} for name, begin in begins.items()}
    return {CUSTOM_METADATA_KEY: json.dumps(message)}
