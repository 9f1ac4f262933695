"""Decoding with a full batch: finished sequences leave at once, waiting ones take their slots.

What is computed for a sequence depends on its own tokens alone (see `SlotCache`), so on the CPU its samples are
the same whatever the batch size and whoever sits beside it. Matrix products of very few rows take another path
through the BLAS library, with other rounding; `MIN_ROWS` keeps every product off that path.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedModel
from transformers.cache_utils import DynamicCache

from crescent.config.schema import Sampling
from crescent.generation.attention import invariant
from crescent.generation.cache import SlotCache
from crescent.generation.sampling import draw, uniforms

MIN_ROWS = 16
PREFILL_TOKENS = 16384
"""Tokens per forward pass over prompts: bounds the memory of a prefill."""


@dataclass
class Prompt:
    """Token ids to continue, once per seed. The prompt is computed once for all of them."""

    ids: list[int]
    seeds: list[int]


@dataclass
class Decoded:
    """One continuation. `stopped` is False when it was cut at a limit; `logprob` is the mean per token."""

    tokens: list[int]
    logprob: float
    stopped: bool


class Decoder:
    """Continues prompts with one model; no sequence grows beyond `context` tokens, prompt included."""

    def __init__(self, model: PreTrainedModel, stops: Sequence[int], batch_size: int, context: int) -> None:
        self.model = model.eval()
        self.stops = np.array(sorted(stops))
        self.batch_size = max(batch_size, MIN_ROWS)
        self.context = context

    @torch.inference_mode()
    def run(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        report: Callable[[int, int], None] = lambda rows, tokens: None,
    ) -> list[list[Decoded]]:
        """The continuations of every prompt, in the order of its seeds.

        `report` is called after every token step with the sequences and the tokens finished since the last call.
        """
        batch = _Batch(self, prompts, sampling)
        with invariant(self.model):
            report(int((batch.limit == 0).sum()), 0)  # prompts that leave no room are finished before they begin
            while batch.waiting or batch.rows:
                if batch.waiting and batch.rows <= 0.75 * self.batch_size:
                    batch.admit()
                report(*batch.step())
        return batch.results()


class _Batch:
    """The sequences of one `run`: those waiting, those in slots 0..rows-1 of the cache, those finished."""

    def __init__(self, decoder: Decoder, prompts: Sequence[Prompt], sampling: Sampling) -> None:
        self.model, self.stops, self.capacity = decoder.model, decoder.stops, decoder.batch_size
        self.device = decoder.model.device
        self.sampling = sampling
        self.prompts = prompts
        self.first = np.cumsum([0, *(len(p.seeds) for p in prompts)])
        total = int(self.first[-1])
        self.seeds = np.array([seed for p in prompts for seed in p.seeds], dtype=np.uint64)
        room = np.repeat([decoder.context - len(p.ids) for p in prompts], [len(p.seeds) for p in prompts])
        self.limit = np.clip(room, 0, sampling.max_new_tokens)
        self.tokens = np.zeros((total, sampling.max_new_tokens), dtype=np.int32)
        self.count = np.zeros(total, dtype=np.int64)
        self.logprob = np.zeros(total)
        self.stopped = np.zeros(total, dtype=bool)
        self.waiting = deque(self._jobs())
        longest = max((len(p.ids) for p in prompts), default=0) + int(self.limit.max(initial=0))
        self.cache = SlotCache(min(self.capacity, max(total, MIN_ROWS)), longest)
        # Per slot: which sequence it holds, where its next token is written, and the token that is read next.
        self.rows = 0
        self.owner = np.zeros(self.capacity, dtype=np.int64)
        self.position = np.zeros(self.capacity, dtype=np.int64)
        self.last = np.zeros(self.capacity, dtype=np.int64)

    def _jobs(self) -> list[tuple[int, np.ndarray]]:
        """(prompt, its sequences) in pieces that fit the batch, short prompts first: they pad each other less."""
        jobs = []
        for index in sorted(range(len(self.prompts)), key=lambda i: len(self.prompts[i].ids)):
            members = np.arange(self.first[index], self.first[index + 1])
            members = members[self.limit[members] > 0]
            jobs += [(index, members[i : i + self.capacity]) for i in range(0, len(members), self.capacity)]
        return jobs

    def admit(self) -> None:
        """Fill free slots with waiting sequences."""
        chosen: list[tuple[int, np.ndarray]] = []
        rows, width = self.rows, 0
        while self.waiting and rows + len(self.waiting[0][1]) <= self.cache.slots:
            width = max(width, len(self.prompts[self.waiting[0][0]].ids))
            if chosen and width * (len(chosen) + 1) > PREFILL_TOKENS:
                break
            chosen.append(self.waiting.popleft())
            rows += len(chosen[-1][1])
        if not chosen:
            return
        ids = [self.prompts[index].ids for index, _ in chosen]
        copies = np.repeat(np.arange(len(chosen)), [len(members) for _, members in chosen])
        self.cache.fill(self.rows, self._prefill(ids), torch.from_numpy(copies).to(self.device))
        slots = slice(self.rows, rows)
        self.owner[slots] = np.concatenate([members for _, members in chosen])
        self.position[slots] = np.array([len(prompt) - 1 for prompt in ids])[copies]
        self.last[slots] = np.array([prompt[-1] for prompt in ids])[copies]
        self.rows = rows

    def _prefill(self, ids: list[list[int]]) -> DynamicCache:
        """Keys and values of all prompt tokens but the last, which is the first that `step` reads."""
        width = -(-max(len(prompt) for prompt in ids) // MIN_ROWS) * MIN_ROWS
        padded = np.zeros((len(ids), width), dtype=np.int64)
        for row, prompt in enumerate(ids):
            padded[row, : len(prompt)] = prompt
        prefix = DynamicCache()
        self.model(
            input_ids=torch.from_numpy(padded).to(self.device), past_key_values=prefix, use_cache=True, logits_to_keep=1
        )
        return prefix

    def step(self) -> tuple[int, int]:
        """One token for every row; rows that end give up their slot. Returns (sequences, tokens) that finished."""
        owner = self.owner[: self.rows]
        # Rows beyond the active ones repeat row 0 and are thrown away: they only keep the products above MIN_ROWS.
        padding = np.zeros(max(0, MIN_ROWS - self.rows), dtype=np.int64)
        chosen = np.concatenate([np.arange(self.rows), padding])
        logits = self._forward(self.last[chosen], self.position[chosen])[: self.rows]
        random = uniforms(self.seeds[owner], self.count[owner])
        drawn, logprobs = draw(
            logits, torch.from_numpy(random).to(self.device), self.sampling.temperature, self.sampling.top_p
        )
        tokens = drawn.cpu().numpy()
        self.tokens[owner, self.count[owner]] = tokens
        self.count[owner] += 1
        self.logprob[owner] += logprobs.double().cpu().numpy()
        self.last[: self.rows] = tokens
        self.position[: self.rows] += 1
        self.stopped[owner] = np.isin(tokens, self.stops)
        ended = self.stopped[owner] | (self.count[owner] >= self.limit[owner])
        if not ended.any():
            return 0, 0
        finished = owner[ended]
        self._close_gaps(ended)
        return len(finished), int(self.count[finished].sum())

    def _forward(self, last: np.ndarray, position: np.ndarray) -> torch.Tensor:
        positions = torch.from_numpy(position).to(self.device)
        self.cache.at(positions)
        visible = torch.arange(self.cache.width, device=self.device) <= positions[:, None]
        output = self.model(
            input_ids=torch.from_numpy(last).to(self.device)[:, None],
            position_ids=positions[:, None],
            attention_mask=visible[:, None, None, :],
            past_key_values=self.cache,
            use_cache=True,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _close_gaps(self, ended: np.ndarray) -> None:
        """Move the last rows into the slots that became free, so that the active rows stay in front."""
        keep = self.rows - int(ended.sum())
        target = np.flatnonzero(ended[:keep])
        source = keep + np.flatnonzero(~ended[keep:])
        if len(target):
            width = int(self.position[source].max())
            self.cache.move(torch.from_numpy(source).to(self.device), torch.from_numpy(target).to(self.device), width)
            for state in (self.owner, self.position, self.last):
                state[target] = state[source]
        self.rows = keep

    def results(self) -> list[list[Decoded]]:
        """Everything that was decoded, sorted as it was asked for."""
        return [[self._result(i) for i in range(a, b)] for a, b in zip(self.first, self.first[1:], strict=False)]

    def _result(self, index: int) -> Decoded:
        count = int(self.count[index])
        mean = float(self.logprob[index]) / count if count else 0.0
        return Decoded(self.tokens[index, :count].tolist(), mean, bool(self.stopped[index]))
