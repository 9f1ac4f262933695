"""Everything about a model that can be known to be wrong before it is loaded; each in one line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.config.schema import Model
from crescent.errors import ModelError
from crescent.models import gguf
from crescent.models.chat import NO_TEMPLATE
from crescent.models.gguf_header import read_header
from crescent.models.locate import locate, reach
from crescent.models.weights import check_weights

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedTokenizerBase

SPARE_ROWS = 0.05
"""Share of a model's embedding that no token may use: they are padded to round numbers, by far less than this."""
ROOM = 32
"""Tokens that a prompt must leave for the reply."""
SAMPLE = "Ann has 12 pears and gives 5 away. How many are left?"


def check_files(config: Model) -> None:
    """See that the model is there, whole and open to us, from its files' heads. Loads no model library.

    Raises:
        ModelError, DamagedError, MissingExtraError: what is wrong, in a line.
    """
    place = locate(config.path)
    if gguf.is_gguf(place):
        gguf.check_file(Path(place))
    elif Path(place).is_dir():
        check_weights(Path(place))
    else:
        reach(config)


def check_model(config: Model, prompts: Sequence[str] = (), learns: tuple[str, int] | None = None) -> None:
    """`check_files`, then configuration and tokenizer against each other and against the configured context.

    Of a GGUF file only the head is looked at, for its tokenizer takes long to unpack. `prompts`: messages that must
    leave room for a reply. `learns`: the prompt of every pair that it is trained on, and `training.max_length`.

    Raises:
        ModelError, DamagedError, MissingExtraError: what is wrong, in a line.
    """
    check_files(config)
    place = locate(config.path)
    if gguf.is_gguf(place):
        for wrong in _header_problems(config, Path(place)):
            raise ModelError(f"model.path {place}: {wrong}")
        return
    from transformers import AutoConfig

    from crescent.models.load import load_tokenizer
    from crescent.models.reason import reason

    try:
        architecture = AutoConfig.from_pretrained(
            place, revision=config.revision, trust_remote_code=config.trust_remote_code
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(reason(place, config.revision, error)) from None
    tokenizer = load_tokenizer(config, place, config.revision)
    for wrong in problems(config, architecture.get_text_config(), tokenizer, prompts, learns):
        raise ModelError(f"model.path {place}: {wrong}")


def _header_problems(config: Model, file: Path) -> Iterator[str]:
    metadata = read_header(file).metadata
    longest = metadata.get(f"{metadata.get('general.architecture')}.context_length")
    if not (config.chat_template or metadata.get("tokenizer.chat_template")):
        yield NO_TEMPLATE
    if longest is not None and config.context > longest:
        yield f"model.context={config.context} is more than the {longest} positions it was made for"


def problems(
    config: Model,
    architecture: "PreTrainedConfig",
    tokenizer: "PreTrainedTokenizerBase",
    prompts: Sequence[str] = (),
    learns: tuple[str, int] | None = None,
) -> Iterator[str]:
    """What does not fit together, the worst first."""
    from jinja2 import TemplateError

    from crescent.models.chat import prompt_ids, rendered
    from crescent.models.turns import turn_of

    rows, longest = architecture.vocab_size, getattr(architecture, "max_position_embeddings", None)
    if tokenizer.vocab_size > rows or len(tokenizer) < rows * (1 - SPARE_ROWS):
        yield (
            f"its tokenizer has {len(tokenizer):,} tokens and its embedding {rows:,} rows: they are not of one model. "
            "Put the model's own tokenizer files beside its weights."
        )
    if longest is not None and config.context > longest:
        yield f"model.context={config.context} is more than the {longest} positions it was made for"
    try:
        ids = prompt_ids(tokenizer, SAMPLE)
        lengths = [len(prompt_ids(tokenizer, prompt)) for prompt in prompts]
        text = rendered(tokenizer, SAMPLE)
    except TemplateError as error:
        if config.system is not None and _without_system(tokenizer, config.system):
            yield f"its chat template takes no system message ({error}). Put model.system into the prompts."
            return
        yield f"its chat template cannot show a user's message ({error}). Give another in model.chat_template."
        return
    if config.system is not None and config.system.strip() not in text:
        yield "its chat template does not show model.system. Put it into the prompts."
    if SAMPLE not in tokenizer.decode(ids, clean_up_tokenization_spaces=False):
        yield "its chat template does not show the user's message. Give another in model.chat_template."
    if max(ids) >= rows:
        yield f"its chat template makes token {max(ids)}, and its embedding has {rows:,} rows"
    if len(ids) > 1 and ids[0] == ids[1] == tokenizer.bos_token_id:
        yield f"its chat template writes {tokenizer.bos_token} twice. Give another in model.chat_template."
    for prompt, length in zip(prompts, lengths, strict=True):
        if length + ROOM > config.context:
            yield (
                f"model.context={config.context} is too small: the prompt that begins with {prompt[:40]!r} takes "
                f"{length} tokens and leaves none for the reply"
            )
    if learns is None:
        return
    try:
        turn_of(tokenizer)
    except ModelError as error:
        yield str(error)
    if (length := len(prompt_ids(tokenizer, learns[0]))) >= learns[1]:
        yield f"training.max_length={learns[1]} leaves no pair: the prompt of each takes at least {length} tokens"


def _without_system(tokenizer: "PreTrainedTokenizerBase", system: str) -> bool:
    """Whether a user's message alone can be shown, so that it is the system message which cannot."""
    from jinja2 import TemplateError

    from crescent.models.chat import with_system

    bare = str(tokenizer.chat_template).replace(with_system(system), "")
    try:
        tokenizer.apply_chat_template([{"role": "user", "content": SAMPLE}], chat_template=bare, tokenize=False)
    except TemplateError:
        return False
    return True
