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
from crescent.models.weights import check_weights, count_weights

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
    active: int = 0
    """Weights that a token passes through, in a mixture of experts fewer than there are; given as 0: all."""

    def __post_init__(self) -> None:
        if not self.active:
            object.__setattr__(self, "active", self.parameters)


def sizes(config: Model) -> Sizes | None:
    """What `config.shape` says, completed from the model's files; None where both leave something out."""
    names = ("parameters", "active", *FIELDS)
    given = {name: value for name in names if (value := getattr(config.shape, name)) is not None}
    if not given.keys() >= {"parameters", *FIELDS}:
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
        "active": check_weights(place) - _idle(place, config),
        "layers": config["num_hidden_layers"],
        "hidden": config["hidden_size"],
        "kv_heads": config.get("num_key_value_heads") or heads,
        "head_dim": config.get("head_dim") or config["hidden_size"] // heads,
        "vocabulary": config["vocab_size"],
    }


def _idle(place: Path, config: dict[str, Any]) -> int:
    """Weights of the experts that a token does not pass through."""
    names = ("num_experts", "num_local_experts", "n_routed_experts")
    experts = int(next((config[name] for name in names if config.get(name)), 0))
    used = int(config.get("num_experts_per_tok") or experts)
    if not experts:
        return 0
    return count_weights(place, named=".experts.") * (experts - used) // experts


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
