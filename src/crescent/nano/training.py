"""The pretraining loop: Muon for the matrices of the layers, AdamW for the rest, cosine cycles for both.

A model of this size is too small to share one step among threads, least of all on a busy machine. So each worker is a
process with one thread and a batch of its own, and the workers average their gradients before each step.
"""

import math
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.nano.mixture import Conversations
from crescent.nano.packing import Batch, batches

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from crescent.nano.recipe import Recipe


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
