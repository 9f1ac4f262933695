"""How a user's turn stands in a conversation: what opens it, and what ends it."""

from typing import TYPE_CHECKING

from crescent.errors import ModelError
from crescent.models.chat import rendered

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SAID = "A question."


def user_turn(tokenizer: "PreTrainedTokenizerBase") -> tuple[str, str]:
    """What the template writes before a user's message, and the first mark after it: `("<|user|>", "<|end|>")`.

    Where the template has no such mark, all that it writes after the message.

    Raises:
        ModelError: there is no template, or it shows no end of the message.
    """
    if tokenizer.chat_template is None:
        raise ModelError("it has no chat template, so there is no user's turn that it could go on with")
    before, found, after = rendered(tokenizer, SAID).rpartition(SAID)
    marks = [token.content for token in tokenizer.added_tokens_decoder.values() if token.content.strip()]
    first = min((after.index(mark) + len(mark) for mark in marks if mark in after), default=len(after))
    end = after[:first].strip()
    if not found or not end:
        raise ModelError(
            "its chat template shows no end of a user's turn, so there is no telling where a question ends"
        )
    return before, end
