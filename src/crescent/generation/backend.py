"""What every way to generate text has in common."""

from collections.abc import Callable, Sequence
from typing import Protocol

from crescent.config.schema import Sampling
from crescent.generation.request import Request
from crescent.records import Completion

Report = Callable[[int, int], None]
"""Called with the numbers of samples and of tokens finished since the last call."""


class Backend(Protocol):
    """Turns requests into completions: every request in order, its samples numbered from `request.first`."""

    def generate(self, requests: Sequence[Request], sampling: Sampling, seed: int, report: Report) -> list[Completion]:
        """All completions. They depend on the request's id, prompt and sample number, on `sampling` and on `seed`."""
        ...
