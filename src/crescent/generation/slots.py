"""The sequences that are decoded together: each in a slot of the cache, beginning and ending on its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedModel
from transformers.cache_utils import DynamicCache

from crescent.config.schema import Sampling
from crescent.generation.cache import SlotCache
from crescent.generation.sampling import draw, filters, uniforms
from crescent.generation.until import EVERY
from crescent.generation.waiting import Job, Place

MIN_ROWS = 16
"""Matrix products of very few rows take another path through the BLAS library, with other rounding."""


@dataclass
class Decoded:
    """One continuation. `stopped` is False when it was cut at a limit; `logprob` is the mean per token drawn."""

    tokens: list[int]
    logprob: float
    stopped: bool


class Slots:
    """`capacity` slots, the first `rows` of them in use, each for a sequence of at most `length` tokens."""

    def __init__(
        self, model: PreTrainedModel, stops: np.ndarray, capacity: int, length: int, sampling: Sampling
    ) -> None:
        self.model, self.stops, self.sampling = model, stops, sampling
        self.capacity = capacity
        self.device = model.device
        self.cache = SlotCache(capacity, length)
        self.rows = 0
        # Per slot: what it holds, where its next token is written, the token that is read next, what it wrote so far.
        self.job = np.empty(capacity, dtype=object)
        self.member = np.zeros(capacity, dtype=np.int64)
        self.seed = np.zeros(capacity, dtype=np.uint64)
        self.limit = np.zeros(capacity, dtype=np.int64)
        self.position = np.zeros(capacity, dtype=np.int64)
        self.last = np.zeros(capacity, dtype=np.int64)
        self.tokens = np.zeros((capacity, sampling.max_new_tokens), dtype=np.int32)
        self.count = np.zeros(capacity, dtype=np.int64)
        self.logprob = np.zeros(capacity)
        self.watched = np.zeros(capacity, dtype=bool)
        self._state = (
            self.job, self.member, self.seed, self.limit, self.position, self.last, self.tokens, self.count,
            self.logprob, self.watched,
        )  # fmt: skip

    def admit(self, jobs: Sequence[Job]) -> None:
        """Compute the jobs' prompts and put their sequences into free slots, which must be there."""
        if not jobs:
            return
        counts = [len(job.places) for job in jobs]
        copies = np.repeat(np.arange(len(jobs)), counts)
        ids = [job.ids for job in jobs]
        self.cache.fill(self.rows, self._prefill(ids), torch.from_numpy(copies).to(self.device))
        slots = slice(self.rows, self.rows + len(copies))
        self.job[slots] = np.repeat(np.array([*jobs, None], dtype=object)[:-1], counts)
        self.member[slots] = np.concatenate([np.arange(count) for count in counts])
        self.seed[slots] = np.concatenate([job.seeds for job in jobs])
        self.limit[slots] = np.array([job.limit for job in jobs])[copies]
        self.position[slots] = np.array([len(prompt) - 1 for prompt in ids])[copies]
        self.last[slots] = np.array([prompt[-1] for prompt in ids])[copies]
        self.count[slots] = 0
        self.logprob[slots] = 0
        self.watched[slots] = np.array([job.until is not None for job in jobs])[copies]
        self.rows = slots.stop

    def step(self) -> list[tuple[Place, Decoded]]:
        """One token for every row. Rows that end give up their slot and are returned."""
        active = slice(self.rows)
        # Rows beyond the active ones repeat row 0 and are thrown away: they only keep the products above MIN_ROWS.
        chosen = np.concatenate([np.arange(self.rows), np.zeros(max(0, MIN_ROWS - self.rows), dtype=np.int64)])
        logits = self._forward(self.last[chosen], self.position[chosen])[: self.rows]
        random = torch.from_numpy(uniforms(self.seed[active], self.count[active])).to(self.device)
        drawn, logprobs = draw(logits, random, *filters(self.sampling))
        tokens = drawn.cpu().numpy()
        self.tokens[np.arange(self.rows), self.count[active]] = tokens
        self.count[active] += 1
        self.logprob[active] += logprobs.double().cpu().numpy()
        self.last[active] = tokens
        self.position[active] += 1
        stopped = np.isin(tokens, self.stops)
        ended = stopped | (self.count[active] >= self.limit[active])
        said = self._said(ended)
        ended[list(said)] = True
        if not ended.any():
            return []
        finished = [self._result(row, bool(stopped[row]), said.get(row)) for row in np.flatnonzero(ended).tolist()]
        self._close_gaps(ended)
        return finished

    def _said(self, ended: np.ndarray) -> dict[int, int]:
        """Rows that wrote one of their stop strings -> the tokens up to its end.

        A row is looked at when its own number of tokens says so: neighbours change nothing.
        """
        found = {}
        due = ended | (self.count[: self.rows] % EVERY == 0)
        for row in np.flatnonzero(due & self.watched[: self.rows]).tolist():
            count = int(self.count[row])
            end = self.job[row].until.end(self.tokens[row, :count].tolist(), (count - 1) // EVERY * EVERY)
            if end is not None:
                found[row] = end
        return found

    def unfinished(self) -> list[Job]:
        """The sequences in the slots as jobs, to be begun anew."""
        members: dict[Job, list[int]] = {}
        for row in range(self.rows):
            members.setdefault(self.job[row], []).append(int(self.member[row]))
        return [job.part(sorted(chosen)) for job, chosen in members.items()]

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

    def _forward(self, last: np.ndarray, position: np.ndarray) -> torch.Tensor:
        positions = torch.from_numpy(position).to(self.device)
        self.cache.at(positions)
        output = self.model(
            input_ids=torch.from_numpy(last).to(self.device)[:, None],
            position_ids=positions[:, None],
            past_key_values=self.cache,
            use_cache=True,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _result(self, row: int, stopped: bool, end: int | None) -> tuple[Place, Decoded]:
        count = int(self.count[row])
        place: Place = self.job[row].places[self.member[row]]
        tokens = self.tokens[row, :count].tolist()[:end]
        return place, Decoded(tokens, float(self.logprob[row]) / count, stopped or end is not None)

    def _close_gaps(self, ended: np.ndarray) -> None:
        """Move the last rows into the slots that became free, so that the active rows stay in front."""
        keep = self.rows - int(ended.sum())
        target = np.flatnonzero(ended[:keep])
        source = keep + np.flatnonzero(~ended[keep:])
        if len(target):
            width = int(self.position[source].max())
            self.cache.move(torch.from_numpy(source).to(self.device), torch.from_numpy(target).to(self.device), width)
            for state in self._state:
                state[target] = state[source]
        self.rows = keep
