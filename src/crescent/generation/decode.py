"""Decoding with full batches: finished sequences leave at once, waiting ones take their slots.

What is computed for a sequence depends on its own tokens alone (see `SlotCache`), so on the CPU its samples are
the same whatever the batch size, whoever sits beside it, and however many threads share the work.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager

import numpy as np
import torch
from transformers import PreTrainedModel

from crescent.config.schema import Sampling
from crescent.errors import ModelError
from crescent.generation.inside import in_slots
from crescent.generation.slots import MIN_ROWS, Decoded, Slots
from crescent.generation.threads import together
from crescent.generation.waiting import Place, Prompt, Waiting

MOST = {"cpu": 512, "cuda": 1024}
"""More gain nothing: the matrix products are long enough by then."""
SHARE = {"cpu": 0.25, "cuda": 0.8}
"""Of the memory that is free, the part that keys, values and logits may take."""


def fitting(model: PreTrainedModel, length: int) -> int:
    """Sequences of `length` tokens whose keys, values and logits fit the free memory of the model's device."""
    kind = "cuda" if model.device.type == "cuda" else "cpu"
    free = torch.cuda.mem_get_info(model.device)[0] if kind == "cuda" else _free_memory()
    return max(1, min(MOST[kind], int(SHARE[kind] * free) // sequence_bytes(model, length)))


def sequence_bytes(model: PreTrainedModel, length: int) -> int:
    """Memory of one sequence: keys and values of every layer, and its logits in the precisions that sampling needs."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    cache = 2 * config.num_hidden_layers * heads * size * length * model.dtype.itemsize
    logits = config.vocab_size * (3 * 4 + 8)  # logits, log-probabilities, probabilities; their sums in float64
    return int(cache + logits)


def _free_memory() -> int:
    """Bytes that this machine could still give out."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


__all__ = ["MIN_ROWS", "Decoded", "Decoder", "Prompt"]

PREFILL_TOKENS = {"cpu": 2048, "cuda": 16384}
"""Tokens per forward pass over prompts. On a CPU what a layer makes of them should stay in its cache."""
SHARED_WEIGHTS = 64 * 2**20
"""Bytes of weights up to which CPU threads each decode a batch of their own instead of splitting every product."""

Finished = list[tuple[Place, Decoded]]


class Decoder:
    """Continues prompts with one model; no sequence grows beyond `context` tokens, prompt included.

    `batch_size` None: as many sequences together as fit, see `capacity`. Where memory runs out, half as many.
    """

    def __init__(self, model: PreTrainedModel, stops: Sequence[int], batch_size: int | None, context: int) -> None:
        self.model = model.eval()
        self.stops = np.array(sorted(stops))
        self.batch_size = batch_size
        self.context = context

    def run(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        report: Callable[[int, int], None] = lambda rows, tokens: None,
    ) -> list[list[Decoded]]:
        """The continuations of every prompt, in the order of its seeds."""
        with closing(self.stream([prompts], sampling, report)) as stream:
            return next(stream)[1]

    def stream(
        self,
        groups: Sequence[Sequence[Prompt]],
        sampling: Sampling,
        report: Callable[[int, int], None] = lambda rows, tokens: None,
    ) -> "Generator[tuple[int, list[list[Decoded]]]]":
        """Each group's number and continuations, as soon as all of them are there.

        `report` is called with the sequences and the tokens finished since the last call.

        Raises:
            ModelError: the device's memory does not even hold `MIN_ROWS` sequences.
        """
        # A sequence that has no room for a single token stays as it is here: finished before it began.
        results = [[[Decoded([], 0.0, False) for _ in prompt.seeds] for prompt in group] for group in groups]
        missing = np.zeros(len(groups), dtype=np.int64)
        waiting = Waiting(groups, self.context, sampling.max_new_tokens)
        for group, count in waiting.counts().items():
            missing[group] = count
        if without_room := sum(len(prompt.seeds) for group in groups for prompt in group) - int(missing.sum()):
            report(without_room, 0)
        yield from ((int(group), results[group]) for group in np.flatnonzero(missing == 0))
        with self._steps(waiting, sampling) as steps:
            for finished in steps:
                for (group, prompt, sample), decoded in finished:
                    results[group][prompt][sample] = decoded
                    missing[group] -= 1
                report(len(finished), sum(len(decoded.tokens) for _, decoded in finished))
                for group in sorted({place[0] for place, _ in finished}):
                    if missing[group] == 0:
                        yield group, results[group]
                        results[group] = []

    @contextmanager
    def _steps(self, waiting: Waiting, sampling: Sampling) -> Iterator[Iterator[Finished]]:
        """What each step finishes, of all workers; their order is that in which they happen to come."""
        model = self.model
        rows = max(MIN_ROWS, min(waiting.sequences, self.batch_size or fitting(model, waiting.longest)))
        threads = torch.get_num_threads()
        small = model.device.type == "cpu" and model.get_memory_footprint() <= SHARED_WEIGHTS
        workers = max(1, min(threads, rows // MIN_ROWS)) if small else 1
        work = [self._work(waiting, sampling, -(-rows // workers)) for _ in range(workers)]
        with in_slots(model):
            if workers == 1:
                yield work[0]
                return
            torch.set_num_threads(1)
            try:
                with closing(together(work)) as steps:
                    yield steps
            finally:
                torch.set_num_threads(threads)

    @torch.inference_mode()
    def _work(self, waiting: Waiting, sampling: Sampling, capacity: int) -> Iterator[Finished]:
        """Decode what waits in slots of its own, until nothing is left."""
        prefill = PREFILL_TOKENS.get(self.model.device.type, PREFILL_TOKENS["cuda"])
        slots, taken = None, []
        while True:
            try:
                slots = slots or Slots(self.model, self.stops, capacity, waiting.longest, sampling)
                if slots.rows <= 0.75 * capacity:
                    taken = waiting.take(capacity - slots.rows, capacity, prefill)
                    slots.admit(taken)
                    taken = []
                if not slots.rows:
                    return
                finished = slots.step()
            except torch.OutOfMemoryError:
                waiting.give_back([*taken, *(slots.unfinished() if slots else [])])
                slots, taken = None, []
                if capacity <= MIN_ROWS:
                    size = sequence_bytes(self.model, waiting.longest) / 2**20
                    raise ModelError(
                        f"the device's memory does not hold {MIN_ROWS} sequences of {waiting.longest} tokens, "
                        f"{size:,.0f} MiB each: lower max_new_tokens or take model.dtype=bfloat16"
                    ) from None
                capacity, prefill = max(MIN_ROWS, capacity // 2), max(waiting.longest, prefill // 2)
                if self.model.device.type == "cuda":
                    torch.cuda.empty_cache()
                continue
            yield finished
