"""From (prompt, solution) to token ids through the tokenizer's own chat template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crescent.errors import ModelError, StageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Example(NamedTuple):
    """One conversation. The loss covers `input_ids[prompt_length:]`: the solution and its end-of-turn token."""

    input_ids: list[int]
    prompt_length: int

    @property
    def solution_tokens(self) -> int:
        """Tokens the loss covers. The very first token of a row has nothing to be predicted from."""
        return len(self.input_ids) - max(self.prompt_length, 1)


@dataclass(frozen=True)
class Examples:
    """What is left to train on. `kept[i]` was made of pair number `pairs[i]`. `dropped`: number of a pair -> reason."""

    kept: list[Example]
    pairs: list[int]
    dropped: dict[int, str]


def encode_pair(tokenizer: "PreTrainedTokenizerBase", question_prompt: str, solution: str) -> Example:
    """Render one user turn and one assistant turn, and tokenise them with no special tokens but the template's.

    The prompt's tokens are exactly those that generation starts from. A solution of white space alone gives an example
    without solution tokens.

    Raises:
        ModelError: no chat template, or one that does not show the solution.
    """
    return _encode(tokenizer, [(question_prompt, solution)])[0]


def encode_pairs(tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]], max_length: int) -> Examples:
    """Encode all pairs; drop those that are too long ("too-long") or teach nothing ("no-solution").

    Raises:
        ModelError: see `encode_pair`.
        StageError: no example is left.
    """
    examples = _encode(tokenizer, pairs)
    reasons = [_reason_to_drop(example, max_length) for example in examples]
    left = [index for index, reason in enumerate(reasons) if reason is None]
    if not left:
        shortest = min((len(example.input_ids) for example in examples), default=0)
        raise StageError(
            f"nothing to train on: of {len(pairs)} pairs {reasons.count('no-solution')} have an empty solution and "
            f"{reasons.count('too-long')} are longer than {max_length} tokens (the shortest conversation has "
            f"{shortest}). Raise training.max_length, or look at the dataset of this round."
        )
    dropped = {index: reason for index, reason in enumerate(reasons) if reason is not None}
    return Examples([examples[index] for index in left], left, dropped)


def _reason_to_drop(example: Example, max_length: int) -> str | None:
    if example.solution_tokens < 1:
        return "no-solution"
    return "too-long" if len(example.input_ids) > max_length else None


def _encode(tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]]) -> list[Example]:
    if not pairs:
        return []
    rendered = [_render(tokenizer, *pair) for pair in pairs]
    prompts = _tokens(tokenizer, [prompt for prompt, _ in rendered])
    whole = _tokens(tokenizer, [prompt + rest for prompt, rest in rendered])
    examples = []
    for (_, rest), prompt_ids, ids in zip(rendered, prompts, whole, strict=True):
        if ids[: len(prompt_ids)] == prompt_ids:
            examples.append(Example(ids, len(prompt_ids)))
        else:
            # A token of the whole text reaches over the boundary. Generation starts from the prompt's own tokens, so
            # the solution is made to follow exactly those.
            examples.append(Example(prompt_ids + _tokens(tokenizer, [rest])[0], len(prompt_ids)))
    return examples


def _render(tokenizer: "PreTrainedTokenizerBase", question_prompt: str, solution: str) -> tuple[str, str]:
    """The text generation starts from, and the text the student has to write: solution and end of turn."""
    user = {"role": "user", "content": question_prompt}
    prompt = _template(tokenizer, [user], True)
    spoken = solution.strip()
    if not spoken:
        return prompt, ""
    full = _template(tokenizer, [user, {"role": "assistant", "content": solution}], False)
    rest = full[len(prompt) :] if full.startswith(prompt) else ""
    if spoken not in rest:
        # Templates of reasoning models open a block of thoughts for generation that a finished turn does not have, or
        # rewrite what they take for thoughts. The student learns to go on from the prompt that generation uses.
        rest = spoken + _after_solution(tokenizer, user)
    return prompt, _end_turn(tokenizer, rest)


def _after_solution(tokenizer: "PreTrainedTokenizerBase", user: dict[str, str]) -> str:
    sample = "A solution."
    _, found, tail = _template(tokenizer, [user, {"role": "assistant", "content": sample}], False).rpartition(sample)
    if not found:
        raise ModelError(
            "the tokenizer's chat template does not show the assistant's text as it is, so there is no telling what to "
            "train on. Set model.chat_template to a template that does."
        )
    return tail


def _end_turn(tokenizer: "PreTrainedTokenizerBase", rest: str) -> str:
    """End in an end-of-turn token: white space after it is never generated, and without one nothing teaches to stop."""
    marks = {token.content for token in tokenizer.added_tokens_decoder.values()} | set(tokenizer.all_special_tokens)
    if rest.rstrip().endswith(tuple(mark for mark in marks if mark.strip())):
        return rest.rstrip()
    return rest + (tokenizer.eos_token or "")


def _template(tokenizer: "PreTrainedTokenizerBase", messages: list[dict[str, str]], ask: bool) -> str:
    import jinja2

    if tokenizer.chat_template is None:
        raise ModelError(
            "this model's tokenizer has no chat template, so a conversation cannot be written down for it. "
            "Set model.chat_template to one (Jinja), or choose a chat model."
        )
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask))
    except jinja2.TemplateError as error:
        raise ModelError(
            f"the tokenizer's chat template cannot render a conversation: {error}. Mend model.chat_template."
        ) from error


def _tokens(tokenizer: "PreTrainedTokenizerBase", texts: list[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    return ids
