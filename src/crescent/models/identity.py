"""Which model it is, by content: what a stage's fingerprint says about the weights it used."""

from pathlib import Path

from crescent.config.schema import Model
from crescent.models.locate import locate
from crescent.run.atomic import digest, file_digest

WEIGHTS = ("*.safetensors", "*.json", "*.gguf", "*.jinja", "*.model")


def identity(config: Model) -> str:
    """Digest of a local folder's weights, configuration and tokenizer; for a hub id the id and its revision."""
    place = Path(locate(config.path))
    if place.is_dir():
        files = sorted({file for pattern in WEIGHTS for file in place.glob(pattern)})
        return digest("\n".join(f"{file.name} {file_digest(file)}" for file in files).encode())
    return f"{config.path}@{config.revision or 'main'}"
