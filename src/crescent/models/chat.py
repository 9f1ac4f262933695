"""A user's message as the tokens the model was trained to see, through the tokenizer's own chat template."""

from transformers import PreTrainedTokenizerBase


def prompt_ids(tokenizer: PreTrainedTokenizerBase, message: str) -> list[int]:
    """Tokens of one user message and the opening of the reply.

    The template is rendered to text first and that text is tokenised without special tokens: the template writes them
    itself, and a tokenizer that adds its own would double the first one.
    """
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
    )
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
