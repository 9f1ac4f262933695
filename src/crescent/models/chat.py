"""A user's message as the tokens the model was trained to see, and a reply as the text that is read."""

from transformers import PreTrainedTokenizerBase

from crescent.config.schema import Model

THINK_END = "</think>"
NO_THOUGHTS = "{%- if enable_thinking is not defined %}{% set enable_thinking = false %}{% endif -%}"


def prompt_ids(tokenizer: PreTrainedTokenizerBase, message: str) -> list[int]:
    """Tokens of one user message and the opening of the reply.

    The template is rendered to text first and that text is tokenised without special tokens: the template writes them
    itself, and a tokenizer that adds its own would double the first one.
    """
    ids: list[int] = tokenizer(rendered(tokenizer, message), add_special_tokens=False)["input_ids"]
    return ids


def rendered(tokenizer: PreTrainedTokenizerBase, message: str) -> str:
    """One user message and the opening of the reply as the chat template writes them."""
    text: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
    )
    return text


def template(config: Model, own: str | None) -> str | None:
    """The chat template to use: `config.chat_template`, or else the tokenizer's `own`.

    With `think: off` it asks for no thoughts unless its caller says otherwise, wherever it is used: in generation, in
    training, in evaluation, and in the exported model. Templates that know no `enable_thinking` are left as they are.
    """
    chosen = config.chat_template or own
    if chosen and config.think == "off" and "enable_thinking" in chosen and not chosen.startswith(NO_THOUGHTS):
        return NO_THOUGHTS + chosen
    return chosen


def spoken(text: str, think: str) -> str:
    """What is left of a reply for voting and for training pairs: with `strip` what follows the last thought.

    Thoughts stand between `<think>` and `</think>`; some templates open them in the prompt, so that the reply has the
    closing mark alone. A reply that was cut within its thoughts says nothing.
    """
    if think != "strip":
        return text
    if THINK_END in text:
        return text.rpartition(THINK_END)[2].strip()
    return "" if text.lstrip().startswith("<think>") else text
