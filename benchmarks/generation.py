"""Decoding of 4,096 requests with the embedded model, against transformers' own ways to do it, and against the machine.

    python benchmarks/generation.py                 every request through every way; minutes
    python benchmarks/generation.py --requests 512  a prefix of the same requests

Requests: three of four are problems to solve, one of four asks for a problem; prompts and replies are of mixed lengths,
temperature 1, one sample each. Ours is the backend as a run uses it, tokenising and detokenising included. The others
are given token ids and return token ids: `model.generate` in fixed batches of 64 and 512, with its dynamic and its
static cache, and `generate_batch` (continuous batching) on `--continuous` requests, for it is slow on a CPU.

`over_*`: our tokens per second over theirs, for `generate` over the best of the four. `roofline_share`: the floating
point operations that the tokens need (two per weight that a token meets, attention not counted, equal prompts read
once) over the time, as a share of the machine's rate in large float32 matrix products.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from statistics import median

import torch
import transformers
from report_line import emit
from transformers import GenerationConfig

from crescent.config.schema import Model, Sampling
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded, load
from crescent.nano.wording import BAIT, SOLVE
from crescent.nano.world import problem

LIMIT = 128
CONTEXT = 512


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--requests", type=int, default=4096)
    parser.add_argument("--continuous", type=int, default=64, help="requests for transformers' continuous batching")
    parser.add_argument("--repeats", type=int, default=3, help="how often ours is measured; the median counts")
    parser.add_argument("--threads", type=int, default=None, help="default: all cores")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    if options.threads:
        torch.set_num_threads(options.threads)
    loaded = load(Model())
    requests = [Request(f"q{number}", prompt(number)) for number in range(options.requests)]
    ids = [prompt_ids(loaded.tokenizer, request.prompt) for request in requests]
    ours = median(our_rate(loaded, requests) for _ in range(options.repeats))
    figures = {"requests": float(len(requests)), "threads": float(torch.get_num_threads()), "tokens_per_s": ours}
    best = 0.0
    for batch in (64, 512):
        for cache in ("dynamic", "static"):
            rate = timed(lambda: generated(loaded, ids, batch, cache))  # noqa: B023  # called at once
            figures[f"generate_{batch}_{cache}_per_s"] = rate
            best = max(best, rate)
    figures["over_generate"] = ours / best
    if options.continuous:
        rate = timed(lambda: continuous(loaded, ids[: options.continuous]))
        figures["continuous_batching_per_s"] = rate
        figures["over_continuous_batching"] = ours / rate
    figures["gflops"] = product_rate() / 1e9
    figures["roofline_share"] = needed(loaded, requests, ids) / figures["gflops"] / 1e9
    emit("generation", figures, options.json, ("torch", "transformers"))


def prompt(number: int) -> str:
    """Request `number` of the workload."""
    return BAIT if number % 4 == 0 else SOLVE.format(question=problem(number).question)


def timed(work: Callable[[], int]) -> float:
    """Tokens per second of `work`, which returns how many tokens it made."""
    start = time.perf_counter()
    return work() / (time.perf_counter() - start)


def our_rate(loaded: Loaded, requests: Sequence[Request]) -> float:
    """Tokens per second of the backend `transformers`, at its default batch size."""
    return timed(lambda: sum(row.tokens for row in sampled(loaded, requests)))


def sampled(loaded: Loaded, requests: Sequence[Request]) -> list:  # type: ignore[type-arg]
    """The completions."""
    backend = TransformersBackend(loaded, None, CONTEXT)
    return backend.generate(requests, Sampling(max_new_tokens=LIMIT), 1, lambda *_: None)


def generated(loaded: Loaded, ids: Sequence[list[int]], batch: int, cache: str) -> int:
    """Tokens that `model.generate` makes in fixed batches; what a row writes after its end does not count."""
    torch.manual_seed(1)
    made = 0
    for first in range(0, len(ids), batch):
        part = ids[first : first + batch]
        width = max(map(len, part))
        padded = torch.tensor([[0] * (width - len(prompt)) + prompt for prompt in part])
        seen = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in part])
        with torch.inference_mode():
            output = loaded.model.generate(
                padded, attention_mask=seen, do_sample=True, temperature=1.0, top_p=1.0, top_k=0, pad_token_id=0,
                max_new_tokens=LIMIT, eos_token_id=loaded.stops, cache_implementation=cache,
            )  # fmt: skip
        ended = torch.isin(output[:, width:], torch.tensor(loaded.stops)).long()
        made += int(((ended.cumsum(1) - ended) == 0).sum())
    return made


def continuous(loaded: Loaded, ids: Sequence[list[int]]) -> int:
    """Tokens that transformers' continuous batching makes."""
    settings = GenerationConfig(
        do_sample=True, temperature=1.0, top_p=1.0, top_k=0, max_new_tokens=LIMIT, eos_token_id=loaded.stops[0],
        pad_token_id=0,
    )  # fmt: skip
    found = loaded.model.generate_batch(list(ids), generation_config=settings, progress_bar=False)
    return sum(len(output.generated_tokens) for output in found.values())


def needed(loaded: Loaded, requests: Sequence[Request], ids: Sequence[list[int]]) -> float:
    """Floating-point operations per second that our decoding amounts to."""
    model = loaded.model
    head = model.get_output_embeddings().weight.numel()
    layers = sum(p.numel() for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name)
    layers -= 0 if model.config.tie_word_embeddings else head
    start = time.perf_counter()
    rows = sampled(loaded, requests)
    seconds = time.perf_counter() - start
    written, read = sum(row.tokens for row in rows), sum(map(len, set(map(tuple, ids))))
    return 2.0 * (layers * (read + written) + head * written) / seconds


def product_rate(size: int = 2048) -> float:
    """Floating-point operations per second in a product of two large float32 matrices; the best of several."""
    left, right = torch.randn(size, size), torch.randn(size, size)
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - start)
    return 2.0 * size**3 / best


if __name__ == "__main__":
    main()
