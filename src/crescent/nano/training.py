"""The pretraining loop: Muon for the matrices of the layers, AdamW for the rest, one cosine for both.

A model of this size is too small to share one step among threads, least of all on a busy machine. So each worker is a
process with one thread and a batch of its own, and the workers average their gradients before each step.
"""

import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.nano.mixture import Conversations
from crescent.nano.packing import batches

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

    from crescent.nano.recipe import Recipe


def train(
    model: "LlamaForCausalLM",
    tokenizer: "PreTrainedTokenizerFast",
    source: Conversations,
    recipe: "Recipe",
    rank: int = 0,
) -> None:
    """One pass over `recipe.conversations` conversations, as worker `rank` of `recipe.workers`.

    Changes `model` in place, in every worker alike. With several workers the process group must be up.
    """
    import torch

    steps = len(recipe)
    optimizers = _optimizers(model, recipe)
    started, tokens = time.perf_counter(), 0
    model.train()
    for step, batch in enumerate(batches(tokenizer, source, recipe, rank)):
        loss = batch.loss(model)
        torch.autograd.backward(loss)
        tokens += batch.ids.numel() * recipe.workers
        _average_gradients(model, recipe.workers)
        _step(model, optimizers, recipe, _rate(step, steps, recipe.warmup))
        if rank == 0 and ((step + 1) % 50 == 0 or step + 1 == steps):
            seconds = time.perf_counter() - started
            left = seconds / (step + 1) * (steps - step - 1)
            speed = f"{tokens / seconds:,.0f} tokens/s"
            print(f"step {step + 1}/{steps}  loss {loss.item():.3f}  {speed}  {left:,.0f} s left", flush=True)
    model.eval()


def _optimizers(model: "LlamaForCausalLM", recipe: "Recipe") -> list["torch.optim.Optimizer"]:
    import torch

    matrices = [weight for weight in model.model.layers.parameters() if weight.dim() == 2]
    chosen = {id(weight) for weight in matrices}
    others = [weight for weight in model.parameters() if id(weight) not in chosen]
    return [
        torch.optim.Muon(matrices, lr=recipe.muon_rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.adam_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]


def _step(model: "LlamaForCausalLM", optimizers: list["torch.optim.Optimizer"], recipe: "Recipe", rate: float) -> None:
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


def _average_gradients(model: "LlamaForCausalLM", workers: int) -> None:
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
