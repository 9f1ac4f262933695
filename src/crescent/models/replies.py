"""The tokens that a model wrote as text."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from crescent.models.chat import rendered
from crescent.models.thoughts import is_mark, left_open

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Replies:
    """Reads replies in one tokenizer's conversations.

    Special tokens are no part of a text, but for the marks of thoughts and channels: without them nobody could tell
    what is said from what is only thought. Thoughts that the prompt has opened are open in the text, too.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        special = {id: token.content for id, token in tokenizer.added_tokens_decoder.items() if token.special}
        special |= dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True))
        silent = {id for id, content in special.items() if not is_mark(content)}
        self._tokenizer = tokenizer
        self._silent = silent if len(silent) < len(special) else None
        plain = tokenizer.chat_template is None
        opened = None if plain else left_open(rendered(tokenizer, "A question."))
        self._opening = f"{opened}\n" if opened else ""

    def all_of(self, tokens: Sequence[int]) -> str:
        """What was written as it stands, special tokens left out, with all its white space."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def text(self, tokens: Sequence[int], stop: Iterable[str] = ()) -> tuple[str, bool]:
        """The reply, without white space around it and up to the first of the strings `stop`; whether one was found."""
        if self._silent is None:
            text = str(self._tokenizer.decode(tokens, skip_special_tokens=True))
        else:
            kept = [token for token in tokens if token not in self._silent]
            text = str(self._tokenizer.decode(kept, skip_special_tokens=False))
        before = up_to(text, stop)
        return (self._opening + before).strip(), len(before) < len(text)


def up_to(text: str, stop: Iterable[str]) -> str:
    """A text up to the first of the strings `stop`."""
    for string in stop:
        text = text.partition(string)[0]
    return text
