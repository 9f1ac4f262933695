"""The trained model as an ordinary Hugging Face folder that anything can load."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from crescent.errors import ModelError
from crescent.private.transformers_internals import saved_weights
from crescent.runs.atomic import publish_folder
from crescent.training.launch import quiet_transformers
from crescent.training.safetensors_file import stored, stored_type, write_tensors
from crescent.training.sharding import hollow

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FILE_SIZE = "5GB"
"""Weights beyond it go to further files, which an index lists: `transformers`' own layout."""


def export_model(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    folder: Path,
    dtype: str | None = None,
    card: str | None = None,
    file_size: int | str = FILE_SIZE,
) -> None:
    """Write weights (safetensors), configuration, generation configuration, tokenizer and a model card to `folder`.

    `dtype` ("float32", "bfloat16", "float16") is the precision of the stored weights, None the model's own. They are
    converted one by one as they are written, so besides the model there is room needed for the largest of them alone
    (for more where `transformers` stores an architecture's weights in another arrangement than it keeps them). The
    folder is written under another name, compared with the model tensor by tensor, tried with `from_pretrained`, then
    renamed into place, replacing what was there. Equal weights give equal files.

    Raises:
        ModelError: what was read back is not what was written.
    """
    precision = getattr(torch, dtype) if dtype else None
    if precision == model.dtype:
        precision = None  # also of a model that keeps some of its weights in another one
    # Without weights, but in the precision of the stored ones: `save_pretrained` notes it in the configuration.
    empty = hollow(model, precision)
    with quiet_transformers(), publish_folder(folder) as temporary:
        empty.save_pretrained(temporary, state_dict={})
        tokenizer.save_pretrained(temporary)
        _forget_origin(temporary / "tokenizer_config.json")
        if card is not None:
            (temporary / "README.md").write_text(card, encoding="utf-8")
        tensors = saved_weights(model)
        where = _write_weights(tensors, precision, temporary, file_size, model.num_parameters())
        _compare(tensors, precision, temporary, where)
        _try(empty, temporary)


def export_adapter(adapted: Any, folder: Path) -> None:
    """Write the adapter of a `PeftModel` alone, to be put on the same base model again.

    What that model is called stands in its configuration: the `name_or_path` of the model the adapter was attached to.
    """
    with publish_folder(folder) as temporary:
        # Left to find out whether the vocabulary grew, `peft` would look the base model up, on the hub if need be.
        adapted.save_pretrained(temporary, save_embedding_layers=False)


def _forget_origin(path: Path) -> None:
    """`transformers` notes how a tokenizer was found; equal tokenizers are to give equal files."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("is_local", "local_files_only")}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_weights(
    tensors: "dict[str, Tensor]", precision: torch.dtype | None, folder: Path, file_size: int | str, parameters: int
) -> dict[str, str]:
    """Write the files with weights, and their index where there are several; returns tensor -> file."""
    from huggingface_hub import split_torch_state_dict_into_shards

    shapes = {n: torch.empty(t.shape, dtype=stored_type(t, precision), device="meta") for n, t in tensors.items()}
    split = split_torch_state_dict_into_shards(
        shapes, filename_pattern="model{suffix}.safetensors", max_shard_size=file_size
    )
    for file, names in split.filename_to_tensors.items():
        write_tensors(folder / file, {name: tensors[name] for name in names}, {"format": "pt"}, precision)
    where: dict[str, str] = split.tensor_to_filename
    if split.is_sharded:
        index = {"metadata": {"total_parameters": parameters, **split.metadata}, "weight_map": where}
        text = json.dumps(index, indent=2, sort_keys=True) + "\n"
        (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    return where


def _compare(tensors: "dict[str, Tensor]", precision: torch.dtype | None, folder: Path, where: dict[str, str]) -> None:
    """Compare every tensor in the files with the model's."""
    from safetensors import safe_open

    for file in sorted(set(where.values())):
        with safe_open(folder / file, framework="pt") as opened:
            for name in (name for name in tensors if where[name] == file):
                if not torch.equal(opened.get_tensor(name), stored(tensors[name], precision)):
                    raise _unfaithful(f"{name} differs after it was read back")


def _try(empty: "PreTrainedModel", folder: Path) -> None:
    """Have `from_pretrained` look for every weight of the model in the folder, without reading them."""
    _, found = type(empty).from_pretrained(
        folder, dtype=empty.dtype, device_map="meta", output_loading_info=True, ignore_mismatched_sizes=True
    )
    problems = [key for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for key in found[kind]]
    if problems:
        raise _unfaithful(f"from_pretrained does not find or know {problems[0]}")


def _unfaithful(what: str) -> ModelError:
    return ModelError(
        f"the exported model is not the trained one: {what}. "
        "This version of transformers cannot save this architecture faithfully; try another version."
    )
