"""A user's message as the tokens the model was trained to see."""

import json
from datetime import date
from typing import TYPE_CHECKING

from crescent.config.conversations import PLAIN
from crescent.config.schema import Model

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

THINK_END = "</think>"
NO_TEMPLATE = (
    "its tokenizer has no chat template. Take prompts=base for a base model, which is asked in plain text; for a chat "
    "model give its template in model.chat_template."
)
NO_THOUGHTS = "{%- if enable_thinking is not defined %}{% set enable_thinking = false %}{% endif -%}"


def prompt_ids(tokenizer: "PreTrainedTokenizerBase", message: str) -> list[int]:
    """Tokens of one user message and the opening of the reply.

    The template is rendered to text first and that text is tokenised without special tokens: the template writes them
    itself, and a tokenizer that adds its own would double the first one.
    """
    ids: list[int] = tokenizer(rendered(tokenizer, message), add_special_tokens=False)["input_ids"]
    return ids


def rendered(tokenizer: "PreTrainedTokenizerBase", message: str) -> str:
    """One user message and the opening of the reply as the chat template writes them.

    Without a template it is the message itself, after the token of the beginning where the tokenizer puts one.
    """
    if tokenizer.chat_template is None:
        return beginning(tokenizer) + message
    text: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
    )
    return text


def beginning(tokenizer: "PreTrainedTokenizerBase") -> str:
    """The token that the tokenizer itself puts before a text, or nothing."""
    bos = tokenizer.bos_token_id
    return str(tokenizer.bos_token) if bos is not None and tokenizer("a")["input_ids"][0] == bos else ""


def template(config: Model, own: str | dict[str, str] | None) -> str | None:
    """The chat template to use: `config.chat_template`, or else the tokenizer's `own`; None: prompts as they are.

    What the configuration asks for is written into it and so holds wherever it is used: in generation, in training, in
    evaluation, and in the exported model. That are `system`; the date, for templates that write today's, or the prompt
    would change over night; and with `think: off` no thoughts, for templates that know `enable_thinking`.
    """
    if config.chat_template == PLAIN:
        return None
    if isinstance(own, dict):  # several by name: those for tools and documents are not for us
        own = own.get("default")
    chosen = config.chat_template or own
    if not chosen:
        return None
    added = ""
    if config.think == "off" and "enable_thinking" in chosen:
        added += NO_THOUGHTS
    if "strftime_now" in chosen:
        added += _on(config.date)
    if config.system is not None:
        added += with_system(config.system)
    return chosen if chosen.startswith(added) else added + chosen


def with_system(text: str) -> str:
    """Jinja that gives a conversation without a system message this one."""
    message = json.dumps(text, ensure_ascii=False)
    return (
        '{%- if messages[0]["role"] != "system" %}{% set messages = [{"role": "system", "content": '
        + message
        + "}] + messages %}{% endif -%}"
    )


DIRECTIVES = ("%Y", "%y", "%m", "%d", "%B", "%b", "%A", "%a", "%j", "%H", "%I", "%M", "%S", "%p")


def _on(day: str) -> str:
    """`strftime_now` of a template always says this day (YYYY-MM-DD), midnight; an earlier such line gives way."""
    said = {directive: date.fromisoformat(day).strftime(directive) for directive in DIRECTIVES}
    table = json.dumps(said)
    return (
        "{%- if fixed_day is not defined %}{% set fixed_day = " + table + " %}{% endif -%}"
        "{%- macro strftime_now(format) -%}{% set said = namespace(text=format) %}"
        "{%- for mark in fixed_day %}{% set said.text = said.text | replace(mark, fixed_day[mark]) %}{% endfor -%}"
        "{{- said.text -}}{%- endmacro -%}"
    )
