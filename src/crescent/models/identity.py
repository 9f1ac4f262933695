"""Which model it is, by content: what a stage's fingerprint says about the weights it used."""

from pathlib import Path

from crescent.config.schema import Model
from crescent.models.locate import locate
from crescent.runs.atomic import digest, file_digest

WEIGHTS = ("*.safetensors", "*.json", "*.gguf", "*.jinja", "*.model", "vocab.txt")


def identity(config: Model) -> str:
    """Digest of a folder's weights, configuration and tokenizer, of a GGUF file, or of a hub id and its revision.

    With it go the settings that change what the model writes: precision, context, chat template with its
    system message and date, and thoughts.
    """
    settings = f"{config.dtype} {config.context} {config.chat_template} {config.think} {config.system} {config.date}"
    return digest(f"{settings}\n{_content(config.path, config.revision)}".encode())


def encoder_identity(path: str, revision: str | None) -> str:
    """The same of a sentence encoder, which has no settings."""
    return digest(f"encoder\n{_content(path, revision)}".encode())


def _content(path: str, revision: str | None) -> str:
    place = Path(locate(path))
    if place.is_file():
        return file_digest(place)
    if place.is_dir():
        files = sorted({file for pattern in WEIGHTS for file in place.glob(pattern)})
        return "\n".join(f"{file.name} {file_digest(file)}" for file in files)
    return f"{path}@{revision or 'main'}"
