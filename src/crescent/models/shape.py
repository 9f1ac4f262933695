"""The sizes of a model, as configured or as its own files say, without loading it or a library."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crescent.config.schema import Model
from crescent.errors import CrescentError
from crescent.models.gguf import is_gguf
from crescent.models.gguf_header import read_header
from crescent.models.locate import locate
from crescent.models.weights import check_weights

FIELDS = ("layers", "hidden", "kv_heads", "head_dim", "vocabulary")


@dataclass(frozen=True)
class Sizes:
    """Weights, transformer blocks, width of the residual stream, key-value heads, their size, rows of the embedding."""

    parameters: int
    layers: int
    hidden: int
    kv_heads: int
    head_dim: int
    vocabulary: int

    @property
    def body(self) -> int:
        """Weights that every token passes through, the head over the vocabulary left out."""
        return max(self.parameters - self.vocabulary * self.hidden, 1)


def sizes(config: Model) -> Sizes | None:
    """What `config.shape` says, completed from the model's files; None where both leave something out."""
    given = {name: value for name in ("parameters", *FIELDS) if (value := getattr(config.shape, name)) is not None}
    if len(given) <= len(FIELDS):
        try:
            given = _read(Path(locate(config.path))) | given
        except (CrescentError, OSError, ValueError, KeyError):
            return None
    return Sizes(**given)


def _read(place: Path) -> dict[str, int]:
    if is_gguf(str(place)):
        return _from_gguf(place)
    found = json.loads((place / "config.json").read_text(encoding="utf-8"))
    config = found.get("text_config", found)
    heads = config["num_attention_heads"]
    return {
        "parameters": check_weights(place),
        "layers": config["num_hidden_layers"],
        "hidden": config["hidden_size"],
        "kv_heads": config.get("num_key_value_heads") or heads,
        "head_dim": config.get("head_dim") or config["hidden_size"] // heads,
        "vocabulary": config["vocab_size"],
    }


def _from_gguf(file: Path) -> dict[str, int]:
    header = read_header(file)
    metadata = header.metadata
    family = metadata["general.architecture"]

    def key(name: str, default: Any = None) -> Any:
        return metadata.get(f"{family}.{name}", default)

    heads = key("attention.head_count")
    return {
        "parameters": sum(tensor.size for tensor in header.tensors),
        "layers": key("block_count"),
        "hidden": key("embedding_length"),
        "kv_heads": key("attention.head_count_kv", heads),
        "head_dim": key("attention.key_length") or key("embedding_length") // heads,
        "vocabulary": key("vocab_size") or metadata["tokenizer.ggml.tokens"],
    }
