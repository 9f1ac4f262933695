"""From lessons, (prompt, solution) at the least, to token ids through the tokenizer's own chat template."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crescent.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Lesson(NamedTuple):
    """What an objective makes of a pair: `solution` is to be written after `prompt`, and rather than `rejected`.

    `weight`: how much it counts, in the objective's own terms.
    """

    prompt: str
    solution: str
    weight: float = 1.0
    rejected: str | None = None


class Example(NamedTuple):
    """One conversation. The loss covers `input_ids[prompt_length:]`: the solution and its end-of-turn token.

    `rejected`: the conversation with the same prompt and the rejected solution, where the lesson has one.
    """

    input_ids: list[int]
    prompt_length: int
    weight: float = 1.0
    rejected: list[int] | None = None

    @property
    def documents(self) -> list[list[int]]:
        """The token ids of its conversations: one, or two where a solution is rejected."""
        return [self.input_ids] if self.rejected is None else [self.input_ids, self.rejected]

    @property
    def tokens(self) -> int:
        """Tokens of all its conversations."""
        return sum(map(len, self.documents))

    @property
    def solution_tokens(self) -> int:
        """Tokens the loss covers. The very first token of a row has nothing to be predicted from."""
        return self.tokens - len(self.documents) * max(self.prompt_length, 1)


@dataclass(frozen=True)
class Examples:
    """What is left to train on. `kept[i]` was made of pair number `pairs[i]`. `dropped`: number of a pair -> reason."""

    kept: list[Example]
    pairs: list[int]
    dropped: dict[int, str]


def encode_pair(tokenizer: "PreTrainedTokenizerBase", question_prompt: str, solution: str) -> Example:
    """Render one user turn and one assistant turn, and tokenise them with no special tokens but the template's.

    The prompt's tokens are exactly those that generation starts from, and what is learnt is exactly the solution and
    the token that ends it (`models/turns.py`). A solution of white space alone gives an example without solution
    tokens.

    Raises:
        ModelError: the chat template does not show the solution.
    """
    return _encode(tokenizer, [(question_prompt, solution)], ())[0]


def encode_pairs(
    tokenizer: "PreTrainedTokenizerBase",
    pairs: Sequence[Lesson | tuple[str, str]],
    max_length: int,
    stops: Collection[int] = (),
) -> Examples:
    """Encode all pairs; drop those that are too long ("too-long") or teach nothing ("no-solution").

    `stops`: tokens that are known to end a reply, besides the tokenizer's own.

    Raises:
        ModelError: see `encode_pair`.
        StageError: no example is left.
    """
    examples = _lessons(tokenizer, [Lesson(*pair) for pair in pairs], stops)
    reasons = [_reason_to_drop(example, max_length) for example in examples]
    left = [index for index, reason in enumerate(reasons) if reason is None]
    if not left:
        shortest = min((_longest(example) for example in examples), default=0)
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
    return "too-long" if _longest(example) > max_length else None


def _longest(example: Example) -> int:
    return max(map(len, example.documents))


def _lessons(tokenizer: "PreTrainedTokenizerBase", lessons: Sequence[Lesson], stops: Collection[int]) -> list[Example]:
    chosen = _encode(tokenizer, [(lesson.prompt, lesson.solution) for lesson in lessons], stops)
    others = [(lesson.prompt, lesson.rejected) for lesson in lessons if lesson.rejected is not None]
    rejected = iter(_encode(tokenizer, others, stops))
    return [
        example._replace(weight=lesson.weight, rejected=None if lesson.rejected is None else next(rejected).input_ids)
        for example, lesson in zip(chosen, lessons, strict=True)
    ]


def _encode(
    tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]], stops: Collection[int]
) -> list[Example]:
    from crescent.models.chat import rendered
    from crescent.models.turns import turn_of

    if not pairs:
        return []
    turn = turn_of(tokenizer, stops)
    texts = [(rendered(tokenizer, prompt), solution) for prompt, solution in pairs]
    texts = [(prompt, turn.reply(prompt, solution) if solution.strip() else "") for prompt, solution in texts]
    prompts = _tokens(tokenizer, [prompt for prompt, _ in texts])
    whole = _tokens(tokenizer, [prompt + reply for prompt, reply in texts])
    examples = []
    for (_, reply), prompt_ids, ids in zip(texts, prompts, whole, strict=True):
        if ids[: len(prompt_ids)] == prompt_ids:
            examples.append(Example(ids, len(prompt_ids)))
        else:
            # A token of the whole text reaches over the boundary. Generation starts from the prompt's own tokens, so
            # the solution is made to follow exactly those.
            examples.append(Example(prompt_ids + _tokens(tokenizer, [reply])[0], len(prompt_ids)))
    return examples


def _tokens(tokenizer: "PreTrainedTokenizerBase", texts: list[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    return ids
