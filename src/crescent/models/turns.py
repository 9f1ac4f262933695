"""How a reply stands in a conversation: what comes between the prompt and it, and the token that ends it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crescent.errors import ModelError
from crescent.models.chat import rendered
from crescent.models.thoughts import CHANNEL, CLOSING, OPENING, closing_of, left_open

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

QUESTION, SAMPLE = "A question.", "A solution."


@dataclass(frozen=True)
class Turn:
    """The model's turn. `lead`: what the template writes between a prompt and the reply. `end`: what ends the turn,
    up to its last token; white space after that is never generated.
    """

    lead: str
    end: str
    plain: bool = False
    """Without a template the reply follows the prompt after a space, or at once where that ends in white space."""

    def reply(self, prompt: str, said: str) -> str:
        """All that the model has to write after `prompt` to have said this: its own text as it is, and the end.

        An empty block of thoughts that a template puts before a finished reply is not written: the model did not write
        it. Where the prompt has opened thoughts, they are closed before a reply that has none; and what a channel needs
        before a reply is there.
        """
        said = said.strip()
        if self.plain:
            return ("" if prompt[-1:].isspace() else " ") + said + self.end
        opened = left_open(prompt)
        if opened is not None:
            said = said.removeprefix(opened).lstrip()
            if CLOSING.search(said):
                return said + self.end
            lead = self.lead if CLOSING.search(self.lead) else f"\n{closing_of(opened)}\n\n"
        elif said.startswith((CHANNEL, self.lead.strip() or CHANNEL)):
            lead = ""
        else:
            empty = OPENING.search(self.lead)
            lead = self.lead[: empty.start()] if empty else self.lead
        return lead + said + self.end


def turn_of(tokenizer: "PreTrainedTokenizerBase", stops: Collection[int] = ()) -> Turn:
    """The model's turn in this tokenizer's conversations. `stops`: tokens that are known to end a reply.

    Raises:
        ModelError: the template shows no solution, or nothing could end it.
    """
    if tokenizer.chat_template is None:
        return Turn("", tokenizer.eos_token or "", plain=True)
    import jinja2

    asked = {"role": "user", "content": QUESTION}
    try:
        prompt = rendered(tokenizer, QUESTION)
        full = str(tokenizer.apply_chat_template([asked, {"role": "assistant", "content": SAMPLE}], tokenize=False))
    except jinja2.TemplateError as error:
        raise ModelError(
            f"its chat template cannot render a conversation: {error}. Mend model.chat_template."
        ) from error
    before, found, tail = full.rpartition(SAMPLE)
    if not found:
        raise ModelError(
            "its chat template does not show the assistant's text as it is, so there is no telling what to train on. "
            "Set model.chat_template to a template that does."
        )
    return Turn(before[len(prompt) :] if before.startswith(prompt) else "", _end(tokenizer, tail, stops))


def end_token(tokenizer: "PreTrainedTokenizerBase", stops: Collection[int] = ()) -> int | None:
    """The token that ends the model's turn, None where the template shows none."""
    try:
        ids = tokenizer(turn_of(tokenizer, stops).end, add_special_tokens=False)["input_ids"]
    except ModelError:
        return None
    return int(ids[-1]) if ids else None


def _end(tokenizer: "PreTrainedTokenizerBase", tail: str, stops: Collection[int]) -> str:
    """What of `tail`, the text after a finished reply, ends the turn: up to the first token that is known to end one,
    or else all marks in a row. Marks before further text open another turn, all but the first of them.
    """
    marks = {token.content: id for id, token in tokenizer.added_tokens_decoder.items() if token.content.strip()}
    known = {*stops, tokenizer.eos_token_id}
    row: list[int] = []
    for mark in re.finditer("|".join(map(re.escape, sorted(marks, key=len, reverse=True))), tail) if marks else ():
        if row and tail[row[-1] : mark.start()].strip():
            break
        row.append(mark.end())
        if marks[mark[0]] in known:
            return tail[: mark.end()]
    if not row:
        return tail + (tokenizer.eos_token or "")
    return tail[: row[0] if tail[row[-1] :].strip() else row[-1]]
