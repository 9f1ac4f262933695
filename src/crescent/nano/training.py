"""The pretraining loop: Muon for the matrices of the layers, AdamW for the rest, cosine cycles for both.

A model of this size is too small to share one step among threads, least of all on a busy machine. So each worker is a
process with one thread and a batch of its own, and the workers average their gradients before each step.
"""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crescent.nano.mixture import Conversation, Conversations

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from crescent.nano.mixture import Recipe


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


def train(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerFast",
    source: Conversations,
    recipe: "Recipe",
    rank: int = 0,
    first_cycle: int = 0,
) -> None:
    """All cycles of the recipe from `first_cycle` on, as worker `rank` of `recipe.workers`.

    Changes `model` in place, in every worker alike. With several workers the process group must be up. A cycle starts
    with fresh optimizers, so the model at its end is all that is needed to go on.
    """
    model.train()
    for number in range(first_cycle, len(recipe.cycles)):
        _train_cycle(model, batches(tokenizer, source, recipe, number, rank), recipe, number, rank)
    model.eval()


def _train_cycle(model: "PreTrainedModel", rows: Iterable[Batch], recipe: "Recipe", number: int, rank: int) -> None:
    import torch

    cycle = recipe.cycles[number]
    optimizers = _optimizers(model, recipe)
    started, tokens = time.perf_counter(), 0
    for step, batch in enumerate(rows):
        loss = batch.loss(model)
        torch.autograd.backward(loss)
        tokens += batch.ids.numel() * recipe.workers
        _average_gradients(model, recipe.workers)
        _step(model, optimizers, recipe, cycle.rate * _rate(step, cycle.steps, recipe.warmup))
        if rank == 0 and ((step + 1) % 50 == 0 or step + 1 == cycle.steps):
            seconds = time.perf_counter() - started
            left = seconds / (step + 1) * (cycle.steps - step - 1)
            place = f"cycle {number + 1}/{len(recipe.cycles)}  step {step + 1}/{cycle.steps}"
            print(f"{place}  loss {loss.item():.3f}  {tokens / seconds:,.0f} tokens/s  {left:,.0f} s left", flush=True)


def _optimizers(model: "PreTrainedModel", recipe: "Recipe") -> list["torch.optim.Optimizer"]:
    import torch

    matrices = [weight for weight in model.model.layers.parameters() if weight.dim() == 2]
    chosen = {id(weight) for weight in matrices}
    others = [weight for weight in model.parameters() if id(weight) not in chosen]
    return [
        torch.optim.Muon(matrices, lr=recipe.muon_rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.adam_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]


def _step(model: "PreTrainedModel", optimizers: list["torch.optim.Optimizer"], recipe: "Recipe", rate: float) -> None:
    import torch

    torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
    for optimizer, peak in zip(optimizers, (recipe.muon_rate, recipe.adam_rate), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = peak * rate
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def _rate(step: int, steps: int, warmup: int) -> float:
    """Share of the peak learning rate: a linear rise, then half a cosine down to one hundredth."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def _average_gradients(model: "PreTrainedModel", workers: int) -> None:
    import torch

    if workers == 1:
        return
    gradients = [weight.grad for weight in model.parameters()]
    flat = torch.cat([gradient.flatten() for gradient in gradients]) / workers
    torch.distributed.all_reduce(flat)
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


def run_workers(folder: Path, workers: int, target: Callable[..., None], *arguments: Any) -> None:
    """Run `target(rank, *arguments)` in `workers` processes of one group that meet in a file of `folder`."""
    if workers == 1:
        target(0, *arguments)
        return
    meeting = (folder / f"meeting-{os.getpid()}").resolve()
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_join, rank, meeting, workers, target, arguments) for rank in range(workers)]
            for job in jobs:
                job.result()
    finally:
        meeting.unlink(missing_ok=True)


def _join(rank: int, meeting: Path, workers: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    import torch

    torch.distributed.init_process_group("gloo", init_method=meeting.as_uri(), rank=rank, world_size=workers)
    try:
        target(rank, *arguments)
    finally:
        torch.distributed.destroy_process_group()
