"""Loading a sentence encoder, by the same door as the models that write: safetensors alone, no code that came along."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import cached_file

from crescent.errors import DamagedError, ModelError
from crescent.models.locate import locate
from crescent.models.weights import check_weights

KEY = "dedup.embedding.encoder"
SETTINGS = "sentence_bert_config.json"
"""Where sentence-transformers keeps how many tokens an encoder reads."""


@dataclass
class LoadedEncoder:
    """An encoder ready for use. `window`: tokens of a text that it reads; None: its files do not say."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    window: int | None


def load_encoder(path: str, revision: str | None = None, device: str = "cpu") -> LoadedEncoder:
    """The encoder at `path` (see `locate`; of the hub's, `revision`) in float32 on `device`.

    Raises:
        ModelError: it cannot be found, or has no weights as safetensors.
        DamagedError: its weights are cut or altered.
    """
    place = locate(path)
    revision = None if Path(place).is_dir() else revision
    try:
        if Path(place).is_dir():
            check_weights(Path(place))
        tokenizer = AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=False)
        model = AutoModel.from_pretrained(
            place, revision=revision, dtype=torch.float32, trust_remote_code=False, use_safetensors=True
        )
        window = _window(place, revision)
    except (SafetensorError, json.JSONDecodeError, DamagedError) as error:
        raise DamagedError(f"{KEY} {path}: its files cannot be read ({error}). Fetch them again.") from error
    except (ModelError, OSError, ValueError, RuntimeError) as error:
        said = str(error).strip().splitlines()[0].removeprefix(f"model.path {place}: ")
        raise ModelError(f"{KEY}: cannot load `{path}`: {said}\ngive a folder that holds it, or `model`") from error
    model.requires_grad_(False)
    return LoadedEncoder(model.to(device).eval(), tokenizer, window)


def _window(place: str, revision: str | None) -> int | None:
    file = cached_file(place, SETTINGS, revision=revision, _raise_exceptions_for_missing_entries=False)
    return None if file is None else int(json.loads(Path(file).read_text(encoding="utf-8"))["max_seq_length"])
