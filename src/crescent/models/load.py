"""Loading a causal language model and its tokenizer from a Hugging Face folder, a GGUF file or a hub id."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from crescent.config.conversations import PLAIN
from crescent.config.schema import Model
from crescent.errors import DamagedError, ModelError
from crescent.models import gguf
from crescent.models.chat import NO_TEMPLATE, template
from crescent.models.locate import locate
from crescent.models.reason import reason
from crescent.models.turns import end_token


@dataclass
class Loaded:
    """A model ready for use. `stops` are the ids of the tokens that end a reply."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    stops: list[int]


def load(config: Model, path: str | Path | None = None, dtype: str | None = None, device: str = "cpu") -> Loaded:
    """The model of `config`, or the one at `path` with the settings of `config`.

    Args:
        dtype: precision of the weights; None takes `config.dtype`. Never the checkpoint's own by accident.

    Raises:
        ModelError: it cannot be found, or needs something that is not there.
        DamagedError: its weights file is cut or altered.
    """
    place = str(path) if path is not None else folder_or_id(config)
    revision = None if path is not None else config.revision
    tokenizer = load_tokenizer(config, place, revision)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            place,
            revision=revision,
            dtype=getattr(torch, dtype or config.dtype),
            trust_remote_code=config.trust_remote_code,
            use_safetensors=True,
        )
    except (SafetensorError, json.JSONDecodeError) as error:
        raise DamagedError(
            f"model.path {place}: the weights cannot be read ({error}). Fetch or make them again."
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(reason(place, revision, error)) from None
    model.requires_grad_(False)
    stops = stop_tokens(model, tokenizer)
    if model.generation_config is not None and set(stops) != _listed(model.generation_config):
        # Benchmarks and whoever loads the exported model end a reply where it was taught to.
        model.generation_config.eos_token_id = stops
    return Loaded(model.to(device).eval(), tokenizer, stops)


def folder_or_id(config: Model) -> str:
    """What `from_pretrained` takes for the configured model; a GGUF file is unpacked into a folder first."""
    place = locate(config.path)
    return str(gguf.as_folder(Path(place), config.dtype)) if gguf.is_gguf(place) else place


def load_tokenizer(config: Model, place: str | None = None, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer, with `config.chat_template` in place of its own if there is one.

    Raises:
        ModelError: it cannot be found, or has no chat template.
    """
    place = place or folder_or_id(config)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, revision=revision, trust_remote_code=config.trust_remote_code)
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(reason(place, revision, error)) from None
    tokenizer.chat_template = template(config, tokenizer.chat_template)
    if not tokenizer.chat_template and config.chat_template != PLAIN:
        raise ModelError(f"model.path {place}: {NO_TEMPLATE}")
    return tokenizer


def stop_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Ids that end a reply: those of the generation config (a number or a list), the tokenizer's own, and the one with
    which the chat template ends the model's turn.
    """
    return _stops(model.generation_config, tokenizer)


def stop_tokens_at(place: str, tokenizer: PreTrainedTokenizerBase, revision: str | None = None) -> list[int]:
    """`stop_tokens` of a model that is not loaded here: a folder or a hub id."""
    try:
        generation = GenerationConfig.from_pretrained(place, revision=revision)
    except OSError:  # it has none
        generation = None
    return _stops(generation, tokenizer)


NEUTRAL: dict[str, Any] = {
    "bad_words_ids": None, "begin_suppress_tokens": None, "dola_layers": None, "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1.0, "exponential_decay_length_penalty": None, "forced_bos_token_id": None,
    "forced_eos_token_id": None, "guidance_scale": 1.0, "min_length": 0, "min_new_tokens": None,
    "no_repeat_ngram_size": 0, "num_beams": 1, "penalty_alpha": None, "repetition_penalty": 1.0, "sequence_bias": None,
    "stop_strings": None, "suppress_tokens": None, "watermarking_config": None,
}  # fmt: skip
"""Settings of a generation config that change what greedy decoding writes, with the values that change nothing."""


def greedy_settings_at(place: str, revision: str | None = None) -> dict[str, Any]:
    """What the generation config of a checkpoint, a folder or a hub id, says of greedy decoding but "most likely"."""
    try:
        generation = GenerationConfig.from_pretrained(place, revision=revision)
    except OSError:  # it has none
        return {}
    given = {name: getattr(generation, name, None) for name in NEUTRAL}
    return {name: value for name, value in given.items() if value not in (None, NEUTRAL[name])}


def _listed(generation: GenerationConfig | None) -> set[int]:
    listed = generation.eos_token_id if generation is not None else None
    return set(listed if isinstance(listed, list) else [] if listed is None else [listed])


def _stops(generation: GenerationConfig | None, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    stops = _listed(generation)
    stops |= {end for end in (tokenizer.eos_token_id, end_token(tokenizer, stops)) if end is not None}
    if not stops:
        raise ModelError("model.path: neither generation config nor tokenizer names a token that ends a reply")
    return sorted(stops)
