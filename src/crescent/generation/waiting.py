"""The sequences that wait for a slot: grouped by prompt, so that a prompt is computed once for all that continue it."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from crescent.generation.until import Until

Place = tuple[int, int, int]
"""Where a sequence belongs: its group, its prompt there, its number among the prompt's seeds."""


@dataclass
class Prompt:
    """Token ids to continue, once per seed. The prompt is computed once for all of them.

    `limit`: the most tokens for this prompt, where that is less than for all; `until`: texts that end it.
    """

    ids: list[int]
    seeds: list[int]
    limit: int | None = None
    until: Until | None = None


@dataclass(eq=False)
class Job:
    """Sequences that continue the same prompt by at most `limit` tokens. `seeds` is uint64, one per place."""

    ids: list[int]
    limit: int
    seeds: np.ndarray
    places: list[Place]
    until: Until | None = None

    def part(self, chosen: Sequence[int]) -> "Job":
        """The sequences with these numbers."""
        return Job(self.ids, self.limit, self.seeds[list(chosen)], [self.places[i] for i in chosen], self.until)


class Waiting:
    """Jobs in the order in which they are begun; several threads may take from it.

    Groups come one after the other. In a group short prompts come first, because prompts that are computed together
    pad each other; equal prompts are one job. A sequence without room for a token is in no job.
    """

    def __init__(self, groups: Sequence[Sequence[Prompt]], context: int, max_new_tokens: int) -> None:
        self.longest = 0
        self._lock = Lock()
        self._jobs: deque[Job] = deque()
        for number, prompts in enumerate(groups):
            self._jobs.extend(self._jobs_of(number, prompts, context, max_new_tokens))
        self.sequences = sum(self.counts().values())

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def counts(self) -> dict[int, int]:
        """Group -> its sequences that wait."""
        found: dict[int, int] = {}
        for job in self._jobs:
            group = job.places[0][0]
            found[group] = found.get(group, 0) + len(job.places)
        return found

    def take(self, free: int, capacity: int, tokens: int) -> list[Job]:
        """The next jobs for `free` of `capacity` slots, whose prompts, padded to one length, have at most `tokens`.

        A job that would fill more than a quarter of all slots is taken in parts; others wait until they fit.
        """
        taken: list[Job] = []
        width = 0
        with self._lock:
            while self._jobs and free:
                job = self._jobs[0]
                width = max(width, len(job.ids))
                if taken and width * (len(taken) + 1) > tokens:
                    break
                count = len(job.places)
                if count > free:
                    if 4 * count <= capacity:
                        break
                    self._jobs[0] = job.part(range(free, count))
                    job = job.part(range(free))
                else:
                    self._jobs.popleft()
                taken.append(job)
                free -= len(job.places)
        return taken

    def give_back(self, jobs: Iterable[Job]) -> None:
        """Put jobs that were taken back in front: they are begun anew."""
        with self._lock:
            self._jobs.extendleft(reversed(list(jobs)))

    def _jobs_of(self, group: int, prompts: Sequence[Prompt], context: int, max_new_tokens: int) -> Iterable[Job]:
        equal: dict[tuple[tuple[int, ...], int | None, Until | None], list[int]] = {}
        for index, prompt in enumerate(prompts):
            equal.setdefault((tuple(prompt.ids), prompt.limit, prompt.until), []).append(index)
        for (ids, most, until), indices in sorted(equal.items(), key=lambda item: len(item[0][0])):
            limit = min(context - len(ids), max_new_tokens, *([] if most is None else [most]))
            places = [(group, index, sample) for index in indices for sample in range(len(prompts[index].seeds))]
            if limit > 0 and places:
                self.longest = max(self.longest, len(ids) + limit)
                seeds = np.array([prompts[index].seeds[sample] for _, index, sample in places], dtype=np.uint64)
                yield Job(list(ids), limit, seeds, places, until)
