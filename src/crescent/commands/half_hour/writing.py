"""Steps that write: our decoder against transformers' `generate`, and vLLM on the same prompts."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from crescent.commands.checks import check_backend
from crescent.commands.half_hour.texts import requests
from crescent.config.schema import Config, Sampling
from crescent.console.progress import Reporter
from crescent.generation.backend import Backend
from crescent.generation.request import Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.predict import writer
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded
from crescent.records import Completion
from crescent.runs.folder import Run

BATCH = 64
ALONE_TOKENS = 64


def decoding(config: Config, device: str, folder: Path) -> dict[str, float]:
    """Our decoder: whether it suits the model, tokens/s, and what of the time is reading prompts; `generate` beside it.

    Raises:
        ModelError: the model cannot be loaded, or the device's memory does not hold its sequences.
    """
    context = _context(config, folder, "transformers")
    backend = writer(context, context.run.stage("measured", 1, {}, {}), context.base)
    asked = requests(config, config.half_hour.requests)
    _rows(backend, asked[:4], 4)  # what is made once is made before the clock starts
    prefill, _ = _rows(backend, asked, 1)
    seconds, rows = _rows(backend, asked, config.half_hour.new_tokens)
    alone, single = _rows(backend, asked[:1], ALONE_TOKENS)
    tokens = sum(row.tokens for row in rows)
    theirs = _generated(context.model(context.base), asked, config.half_hour.new_tokens)
    return {
        "slots": float(backend.decoder == "slots"),
        "tokens_per_s": tokens / seconds,
        "over_generate": tokens / seconds / theirs,
        "generate_tokens_per_s": theirs,
        "prompt_tokens": float(sum(row.prompt_tokens for row in rows)),
        "new_tokens": float(tokens),
        "prefill_s": prefill,
        "decoding_s": seconds - prefill,
        "decoding_steps": float(max(row.tokens for row in rows)),
        "alone_ms_per_token": 1000 * alone / single[0].tokens,
        "peak_gb": peak_gb(device),
    }


def vllm(config: Config, device: str, folder: Path) -> dict[str, float]:
    """vLLM's engine on the same prompts, tokens/s; started as a run would start it.

    Raises:
        ModelError: it does not start.
        MissingExtraError: it is not installed.
    """
    check_backend(replace(config, backend=replace(config.backend, name="vllm")))
    context = _context(config, folder, "vllm")
    try:
        backend = writer(context, context.run.stage("measured", 1, {}, {}), context.base)
        asked = requests(config, config.half_hour.requests)
        _rows(backend, asked[:4], 4)
        seconds, rows = _rows(backend, asked, config.half_hour.new_tokens)
    finally:
        context.release()
    return {"tokens_per_s": sum(row.tokens for row in rows) / seconds}


def _context(config: Config, folder: Path, backend: str) -> Context:
    config = replace(config, backend=replace(config.backend, name=backend))
    base = ModelRef("base", config.model.path, "measured")
    return Context(run=Run(folder, config), config=config, report=Reporter(quiet=True), base=base)


def peak_gb(device: str) -> float:
    """Most memory (10^9 bytes) that this process has had: on the GPU, or in all on a CPU."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def _rows(backend: Backend, asked: Sequence[Request], limit: int) -> tuple[float, list[Completion]]:
    begin = time.perf_counter()
    rows = backend.generate(asked, Sampling(max_new_tokens=limit), 1, lambda *_: None)
    return time.perf_counter() - begin, rows


def _generated(loaded: Loaded, asked: Sequence[Request], limit: int) -> float:
    """Tokens per second of `model.generate` in batches of 64; what a row writes after its end does not count."""
    torch.manual_seed(1)
    ids = [prompt_ids(loaded.tokenizer, request.prompt) for request in asked]
    device, made, begin = loaded.model.device, 0, time.perf_counter()
    for first in range(0, len(ids), BATCH):
        part = ids[first : first + BATCH]
        width = max(map(len, part))
        padded = torch.tensor([[0] * (width - len(row)) + row for row in part], device=device)
        seen = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in part], device=device)
        with torch.inference_mode():
            output = loaded.model.generate(
                padded, attention_mask=seen, do_sample=True, temperature=1.0, top_p=1.0, top_k=0, pad_token_id=0,
                max_new_tokens=limit, eos_token_id=loaded.stops,
            )  # fmt: skip
        ended = torch.isin(output[:, width:], torch.tensor(loaded.stops, device=device)).long()
        made += int(((ended.cumsum(1) - ended) == 0).sum())
    return made / (time.perf_counter() - begin)
