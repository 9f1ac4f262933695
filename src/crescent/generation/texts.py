"""From a request to the tokens that are read, and from the tokens that were written to its text."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from crescent.generation.request import Continuation, Request
from crescent.models.chat import prompt_ids
from crescent.models.replies import Replies


def prompt_tokens(tokenizer: PreTrainedTokenizerBase, request: Request) -> list[int]:
    """The tokens that the model goes on from."""
    return list(request.ids) if isinstance(request, Continuation) else prompt_ids(tokenizer, request.prompt)


def written(
    replies: Replies, request: Request, tokens: Sequence[int], ended: bool, stop: Sequence[str] = ()
) -> tuple[str, bool]:
    """The text of what was written, and whether it ends at one of the strings `stop`; `ended`: the last token is one
    that ends replies.

    That one is no part of a reply, no space around it is, and nothing from a stop string on. A continuation stays as it
    is.
    """
    if isinstance(request, Continuation):
        return replies.all_of(tokens), False
    return replies.text(tokens[:-1] if ended else tokens, stop)
