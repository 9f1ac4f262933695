"""What the run and the engine's process say to each other: one JSON object per line, over two pipes.

The run first sends `Settings`, then any number of `Order`s. The engine answers `Ready` or `Failed`, then a `Result`
for each order, in the order in which they finish. A pipe that closes ends the engine.
"""

from typing import Any, BinaryIO, TypeVar

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Keyword arguments of `vllm.LLM`."""

    arguments: dict[str, Any]


class Order(msgspec.Struct, frozen=True):
    """Continue `ids` `n` times; sample i has the seed `seed` + i, as vLLM counts them."""

    number: int
    ids: list[int]
    n: int
    seed: int
    max_tokens: int
    temperature: float
    top_p: float
    stops: list[int]


class Output(msgspec.Struct, frozen=True):
    """One continuation, its last token included; `logprob` is the sum over its tokens."""

    tokens: list[int]
    logprob: float | None
    stopped: bool


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The model is loaded."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The engine has ended, and why, in one line."""

    reason: str


class Result(msgspec.Struct, frozen=True, tag="result"):
    """All continuations of an order, in the order of their seeds."""

    number: int
    outputs: list[Output]


Answer = Ready | Failed | Result
T = TypeVar("T")


def send(pipe: BinaryIO, message: msgspec.Struct) -> None:
    """Write one message."""
    pipe.write(msgspec.json.encode(message) + b"\n")
    pipe.flush()


def receive(pipe: BinaryIO, kind: "type[T] | Any") -> "T | None":
    """Read one message; None when the other side has gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None
    message: T = msgspec.json.decode(line, type=kind)
    return message
