"""What every way to generate text has in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence

from crescent.config.schema import Sampling
from crescent.generation.request import Request, Shard
from crescent.records import Completion

Completed = tuple[int, list[Completion]]
"""Index of a shard and its completions."""

Report = Callable[[int, int], None]
"""Called with the numbers of samples and of tokens finished since the last call."""


class Backend(ABC):
    """Turns requests into completions.

    They depend on the request's id, prompt and sample number, on `sampling` and on `seed`; on what else is asked they
    do not (on the CPU; other engines promise as much as their kernels do).

    `decoder` says for the stage's manifest what computes them: the engine, and with `generate` why it is not `slots`.
    `continues`: whether a `Continuation` may be among the requests.
    """

    decoder: str
    continues: bool = False

    @abstractmethod
    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        """Each shard's index and completions as soon as it is complete, in whatever order that happens.

        Within a shard every request comes in order, its samples numbered from `request.first`. All shards are worked
        on as one stream: the end of one overlaps the beginning of the next. Closing the iterator ends the work.
        """

    def generate(self, requests: Sequence[Request], sampling: Sampling, seed: int, report: Report) -> list[Completion]:
        """The completions of a single list of requests."""
        ((_, completions),) = self.stream([(0, list(requests))], sampling, seed, report)
        return completions
