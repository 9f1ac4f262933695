"""Whether a model may be decoded in slots: tried on a few short texts before it is used, against its own forward pass.

The slots take the place of a model's cache, masks and attention. A model of an unforeseen kind could be computed
wrongly there without any error, and all that is sampled from it would be of another model. So a few tokens are sampled
in slots, and their log-probabilities compared with those of one plain forward pass of the model over the same texts.

Windows of thousands of tokens are not filled for that. For as long as the probe lasts they are `WINDOW` tokens short,
in the configuration from which the model makes its masks in both ways of computing; and the plain pass must come out
differently with the true window, which shows that it is this number that the model goes by.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from transformers import PreTrainedModel

from crescent.config.schema import Sampling
from crescent.errors import CrescentError
from crescent.generation.decode import Decoder, Prompt
from crescent.models.attention import OtherAttentionError
from crescent.private.transformers_internals import layer_kinds

LENGTHS = (3, 18, 37)
"""Tokens of the prompts: below, at and beyond the first steps in which the cache grows."""
TOKENS = 12
WINDOW = 8
WINDOWS = ("sliding_window", "attention_chunk_size")
"""Keys of a configuration that say how far a layer sees."""
TOLERANCE = {torch.float32: 1e-3}
ROUNDED = 0.1
"""Nats per token by which the two may differ; the second in half precision, where sums of other orders differ more."""

_known: "WeakKeyDictionary[PreTrainedModel, dict[int, str | None]]" = WeakKeyDictionary()


def objection(model: PreTrainedModel, context: int) -> str | None:
    """Why `model` cannot be decoded in slots up to `context` tokens, in a clause; None: it can. Found out once.

    Raises:
        ModelError: the device's memory does not hold the model's sequences.
    """
    answers = _known.setdefault(model, {})
    if context not in answers:
        answers[context] = _stretched(model, context) or _tried(model, context)
    return answers[context]


def _stretched(model: PreTrainedModel, context: int) -> str | None:
    """Some models turn all positions differently once a sequence is long: its neighbours would be turned with it."""
    config = model.config.get_text_config(decoder=True)
    given = getattr(config, "rope_parameters", None) or {}
    for rope in (given, *(part for part in given.values() if isinstance(part, dict))):
        kind = str(rope.get("rope_type"))
        if kind != "longrope" and "dynamic" not in kind:
            continue
        first: int = rope.get("original_max_position_embeddings") or config.max_position_embeddings
        if context > first:
            return f"its position encoding ({kind}) changes for all tokens where a sequence exceeds {first}"
    return None


def _tried(model: PreTrainedModel, context: int) -> str | None:
    try:
        return _difference(model, context)
    except CrescentError:
        raise
    except OtherAttentionError as error:
        return str(error)
    except Exception as error:
        # Whatever a model of an unknown kind may stumble over: it goes the way that every model can go.
        return f"slots do not suit it ({type(error).__name__}: {' '.join(str(error).split())[:120]})"


@torch.inference_mode()
def _difference(model: PreTrainedModel, context: int) -> str | None:
    vocabulary = model.config.get_text_config(decoder=True).vocab_size
    draw = random.Random(1)
    lengths = sorted({max(1, min(length, context - TOKENS)) for length in LENGTHS})
    prompts = [Prompt([draw.randrange(vocabulary) for _ in range(n)], [draw.getrandbits(64)]) for n in lengths]
    with _shortened(model, context) as short:
        results = Decoder(model, [], None, context).run(prompts, Sampling(max_new_tokens=TOKENS))
        texts = [(prompt.ids, result.tokens) for prompt, [result] in zip(prompts, results, strict=True)]
        own = _own_logprobs(model, texts)
    if not torch.isfinite(own).all():
        return None  # Weights that are no numbers are wrong either way: nothing to compare.
    if short and torch.equal(own, _own_logprobs(model, texts)):
        return "what its layers see of the text cannot be tried (the window in its configuration changes nothing)"
    mine = torch.tensor([result.logprob for [result] in results], dtype=own.dtype)
    away = float((mine - own).abs().max())
    if not away <= TOLERANCE.get(model.dtype, ROUNDED):
        return f"log-probabilities in slots are {away:.2g} nats per token from those of its own forward pass"
    return None


@contextmanager
def _shortened(model: PreTrainedModel, context: int) -> Iterator[bool]:
    """Make the model's windows `WINDOW` tokens short while the block runs; yields whether any is below `context`."""
    config = model.config.get_text_config(decoder=True)
    short = any(0 < (layer.get("sliding_window") or 0) < context for layer in layer_kinds(config))
    before: dict[str, Any] = {name: getattr(config, name, None) for name in WINDOWS}
    try:
        for name, size in before.items():
            if short and size is not None:
                setattr(config, name, WINDOW)
        yield short
    finally:
        for name, size in before.items():
            if size is not None:
                setattr(config, name, size)


def _own_logprobs(model: PreTrainedModel, texts: list[tuple[list[int], list[int]]]) -> torch.Tensor:
    """Mean log-probability of each continuation by a plain forward pass, (texts,), float64."""
    width = max(len(prompt) + len(tokens) for prompt, tokens in texts)
    # What stands behind a text is hidden from it: the model is causal.
    ids = [[*prompt, *tokens, *[0] * (width - len(prompt) - len(tokens))] for prompt, tokens in texts]
    logits = model(input_ids=torch.tensor(ids, device=model.device), use_cache=False).logits
    means = []
    for row, (prompt, tokens) in enumerate(texts):
        scores = torch.log_softmax(logits[row, len(prompt) - 1 : len(prompt) + len(tokens) - 1].float(), dim=-1)
        means.append(scores[range(len(tokens)), tokens].double().mean())
    return torch.stack(means).cpu()
