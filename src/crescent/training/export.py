"""The trained model as an ordinary Hugging Face folder that anything can load."""

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from crescent.errors import ModelError
from crescent.run.atomic import publish_folder
from crescent.training.quiet import quiet_transformers

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def export_model(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    folder: Path,
    dtype: str | None = None,
    card: str | None = None,
) -> None:
    """Write weights (safetensors), configuration, generation configuration, tokenizer and a model card to `folder`.

    `dtype` ("float32", "bfloat16", "float16") is the precision of the stored weights, None the model's own. The folder
    is written aside, loaded once and compared with the model tensor by tensor, then renamed into place, replacing what
    was there. Equal weights give equal files.

    Raises:
        ModelError: what was read back is not what was written.
    """
    stored = getattr(torch, dtype) if dtype else model.dtype
    # `save_pretrained` notes the model's own precision in the configuration, so a converted model is what is saved.
    saved = model if stored == model.dtype else copy.deepcopy(model).to(stored)
    with quiet_transformers(), publish_folder(folder) as aside:
        saved.save_pretrained(aside)
        tokenizer.save_pretrained(aside)
        _forget_origin(aside / "tokenizer_config.json")
        if card is not None:
            (aside / "README.md").write_text(card, encoding="utf-8")
        _compare(saved, aside)


def export_adapter(adapted: Any, folder: Path) -> None:
    """Write the adapter of a `PeftModel` alone, to be put on the same base model again.

    What that model is called stands in its configuration: the `name_or_path` of the model the adapter was attached to.
    """
    with publish_folder(folder) as aside:
        # Left to find out whether the vocabulary grew, `peft` would look the base model up, on the hub if need be.
        adapted.save_pretrained(aside, save_embedding_layers=False)


def _forget_origin(path: Path) -> None:
    """`transformers` notes how a tokenizer was found; equal tokenizers are to give equal files."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("is_local", "local_files_only")}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _compare(model: "PreTrainedModel", folder: Path) -> None:
    again = type(model).from_pretrained(folder, dtype=model.dtype).state_dict()
    for name, tensor in model.state_dict().items():
        if name not in again or not torch.equal(tensor.cpu(), again[name]):
            raise ModelError(
                f"the exported model is not the trained one: {name} differs after it was read back. "
                "This version of transformers cannot save this architecture faithfully; try another version."
            )
