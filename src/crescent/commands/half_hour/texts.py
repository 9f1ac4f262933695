"""The same texts on every machine, so that speeds can be compared: problems of the nano world in the run's prompt."""

from crescent.config.schema import Config
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.nano.world import problem

PER_PAIR = 4
"""Worked solutions that make one to be learned: models of today write longer than the nano world."""


def requests(config: Config, count: int) -> list[Request]:
    """Problems to solve."""
    prompt = config.voting.prompt
    return [Request(f"h{n}", fill(prompt, question=problem(n).question)) for n in range(count)]


def pairs(config: Config, count: int) -> list[tuple[str, str]]:
    """(prompt, what to learn)."""
    return [
        (request.prompt, " ".join(problem(n * PER_PAIR + part).worked for part in range(PER_PAIR)))
        for n, request in enumerate(requests(config, count))
    ]
