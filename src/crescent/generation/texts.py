"""From a request to the tokens that are read, and from the tokens that were written to its text."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from crescent.generation.request import Continuation, Request
from crescent.models.chat import prompt_ids


def prompt_tokens(tokenizer: PreTrainedTokenizerBase, request: Request) -> list[int]:
    """The tokens that the model goes on from."""
    return list(request.ids) if isinstance(request, Continuation) else prompt_ids(tokenizer, request.prompt)


def written(tokenizer: PreTrainedTokenizerBase, request: Request, tokens: Sequence[int], ended: bool) -> str:
    """The text of what was written; `ended`: the last token is one that ends replies.

    That one is no part of a reply, and no space around it is. A continuation stays as it is.
    """
    if isinstance(request, Continuation):
        text: str = tokenizer.decode(tokens, skip_special_tokens=True)
        return text
    text = tokenizer.decode(tokens[:-1] if ended else tokens, skip_special_tokens=True)
    return text.strip()
