"""GGUF files, llama.cpp's format: unpacked once into an ordinary Hugging Face folder, which everything else then loads.

Reading one takes transformers up to a minute, most of it for the tokenizer, and a model read from it refuses to be
saved. So the file is converted once per content and precision; the folder is kept in the user's cache.
"""

import contextlib
import io
import os
from pathlib import Path
from typing import Any

from crescent.errors import MissingExtraError, ModelError
from crescent.models.gguf_header import read_header
from crescent.private.gguf_internals import undone
from crescent.runs.atomic import file_digest, publish_folder

SUFFIX = ".gguf"


def is_gguf(place: str) -> bool:
    """Whether a model's place is a GGUF file."""
    return place.endswith(SUFFIX)


def as_folder(file: Path, dtype: str) -> Path:
    """The folder that holds the model of `file` in `dtype` ("float32", "bfloat16", "float16"); made at the first call.

    Raises:
        ModelError: no such file, or one that cannot be read.
        MissingExtraError: the package `gguf` is not installed.
    """
    check_file(file)
    folder = cache() / f"{file.stem}-{file_digest(file)[:16]}-{dtype}"
    if not (folder / "config.json").is_file():
        with publish_folder(folder) as temporary:
            _convert(file, dtype, temporary)
    return folder


def cache() -> Path:
    """Where converted files are kept: `$XDG_CACHE_HOME/crescent/gguf`, by default below `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crescent" / "gguf"


def check_file(file: Path) -> None:
    """See that the file is there and whole, and that every tensor is quantised in a way that can be undone.

    Raises:
        ModelError, MissingExtraError: as `as_folder`.
    """
    header = read_header(file)
    try:
        from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

        readable = undone()
    except ImportError:
        raise MissingExtraError("gguf", f"model.path {file}", "gguf") from None
    names = {kind.value: kind.name for kind in GGMLQuantizationType}
    unknown = {tensor.kind for tensor in header.tensors} - {kind.value for kind in readable}
    if unknown:
        message = ", ".join(names.get(kind, f"number {kind}") for kind in sorted(unknown))
        raise ModelError(
            f"model.path {file}: quantisation {message} is not known to the package `gguf`. "
            "Take a file in Q8_0, a K-quant or F16, or the original model."
        )
    end = header.data
    for tensor in header.tensors:
        block, width = GGML_QUANT_SIZES[GGMLQuantizationType(tensor.kind)]
        end = max(end, header.data + tensor.offset + tensor.size // block * width)
    if not header.tensors or file.stat().st_size < end:
        raise ModelError(
            f"model.path {file}: the file is cut ({file.stat().st_size:,} of {end:,} bytes). Fetch it again."
        )


def _convert(file: Path, dtype: str, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    from crescent.private.transformers_internals import forget_quantised

    source: dict[str, Any] = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    try:
        # Its progress bars cannot be switched off.
        with contextlib.redirect_stderr(io.StringIO()):
            tokenizer = AutoTokenizer.from_pretrained(**source)
            model = AutoModelForCausalLM.from_pretrained(
                **source, dtype=getattr(torch, dtype), quantization_config=GgufConfig(dequantize=True)
            )
            forget_quantised(model)
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise ModelError(
            f"model.path {file}: transformers cannot read this GGUF file ({str(error).strip().splitlines()[0]})"
        ) from None
