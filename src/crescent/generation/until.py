"""Texts that end a continuation, looked for in what is being written."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

EVERY = 8
"""Tokens between two looks at a sequence: decoding to text costs more than the few tokens that are thrown away."""


class Until:
    """The stop strings of one kind of request. Special tokens count as they are written."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self._texts = [text for text in texts if text]

    def end(self, tokens: Sequence[int], seen: int = 0) -> int | None:
        """How many of the first `tokens` it takes to have one of the texts complete; None: it is in none.

        The first `seen` tokens are known to have none.
        """
        if not self._in(tokens):
            return None
        without, complete = seen, len(tokens)
        while complete - without > 1:
            middle = (without + complete) // 2
            if self._in(tokens[:middle]):
                complete = middle
            else:
                without = middle
        return complete

    def _in(self, tokens: Sequence[int]) -> bool:
        written = self._tokenizer.decode(tokens)
        return any(text in written for text in self._texts)
