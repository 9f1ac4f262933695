"""Batches for pretraining: a request and all ways to reply to it in one row.

The replies are branches: each sees the request and itself, not the other replies, and its positions go on from the end
of the request. So the request is computed once, and where the replies part the loss holds the exact share of each
instead of a sample of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crescent.nano.mixture import Conversation, Conversations

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from crescent.nano.recipe import Recipe


class Token(NamedTuple):
    """One token of a row: `parent` is the index of the token that predicts it, `branch` 0 for the request."""

    id: int
    position: int
    parent: int
    branch: int
    weight: float


@dataclass(frozen=True)
class Batch:
    """Tensors of shape (rows, tokens), padded on the right with weight 0 and branch -1."""

    ids: "torch.Tensor"
    positions: "torch.Tensor"
    parents: "torch.Tensor"
    branches: "torch.Tensor"
    weights: "torch.Tensor"

    def loss(self, model: "PreTrainedModel") -> "torch.Tensor":
        """Weighted mean of the cross-entropy of all tokens, each predicted from its parent."""
        import torch

        rows, length = self.ids.shape
        logits = model(
            input_ids=self.ids, position_ids=self.positions, attention_mask=self.mask(), use_cache=False
        ).logits.flatten(0, 1)
        predicting = (self.parents + torch.arange(rows).unsqueeze(1) * length).flatten()
        losses = torch.nn.functional.cross_entropy(logits[predicting], self.ids.flatten(), reduction="none")
        return (losses * self.weights.flatten()).sum() / self.weights.sum()

    def mask(self) -> "torch.Tensor":
        """(rows, 1, tokens, tokens), true where a token may look: earlier, in the request or in its own branch."""
        import torch

        length = self.ids.shape[1]
        earlier = torch.ones(length, length, dtype=torch.bool).tril()
        seen, seeing = self.branches.unsqueeze(1), self.branches.unsqueeze(2)
        return (earlier & ((seen == 0) | (seen == seeing))).unsqueeze(1)


def batches(
    tokenizer: "PreTrainedTokenizerFast", source: Conversations, recipe: "Recipe", cycle: int = 0, rank: int = 0
) -> Iterator[Batch]:
    """What worker `rank` learns from in one cycle, one batch per step, conversations of about the same length together.

    No conversation is seen twice, and the workers have about the same number of tokens at each step.
    """
    import torch

    order = torch.Generator().manual_seed(recipe.seed + cycle)
    start, stop = (
        recipe.batch * recipe.workers * sum(each.steps for each in recipe.cycles[:end]) for end in (cycle, cycle + 1)
    )
    mine = range(start + rank, stop, recipe.workers)
    chunk = recipe.batch * recipe.sorted_batches
    free_weight = recipe.cycles[cycle].free_weight
    for first in range(0, len(mine), chunk):
        indices = mine[first : first + chunk]
        rows = sorted(
            (encode(tokenizer, source.conversation(index), recipe, free_weight) for index in indices), key=len
        )
        starts = range(0, len(rows), recipe.batch)
        for index in torch.randperm(len(starts), generator=order).tolist():
            yield _padded(rows[starts[index] : starts[index] + recipe.batch], tokenizer.pad_token_id)


def encode(
    tokenizer: "PreTrainedTokenizerFast", conversation: Conversation, recipe: "Recipe", free_weight: float = 1.0
) -> list[Token]:
    """The tokens of one conversation, request first, at most `recipe.positions` of them."""
    request = tokenizer.apply_chat_template(conversation.messages, add_generation_prompt=True, return_dict=False)
    tokens = [
        Token(token, place, max(place - 1, 0), 0, recipe.request_weight if place else 0.0)
        for place, token in enumerate(request)
    ]
    weight = free_weight if conversation.free else 1.0
    for branch, reply in enumerate(conversation.replies, start=1):
        ids = [*tokenizer.encode(reply.text, add_special_tokens=False), tokenizer.eos_token_id]
        start = len(tokens)
        for place, token in enumerate(ids):
            parent = start + place - 1 if place else len(request) - 1
            tokens.append(Token(token, len(request) + place, parent, branch, weight if place else weight * reply.share))
    return tokens[: recipe.positions]


def _padded(rows: list[list[Token]], pad: int) -> Batch:
    import torch

    longest = max(len(row) for row in rows)
    filler = Token(pad, 0, 0, -1, 0.0)
    columns = [list(zip(*(row + [filler] * (longest - len(row))), strict=True)) for row in rows]
    return Batch(*(torch.tensor([row[column] for row in columns]) for column in range(5)))
