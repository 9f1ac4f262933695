"""gguf: which quantisations it can undo."""

from typing import Any

NAMES = ("gguf.quants:_type_traits",)


def undone() -> set[Any]:
    """The `GGMLQuantizationType`s whose tensors can be read.

    Raises:
        ImportError: the package is not installed.
    """
    from gguf import GGMLQuantizationType
    from gguf.quants import _type_traits

    return {GGMLQuantizationType.F32, GGMLQuantizationType.F16, *_type_traits}
