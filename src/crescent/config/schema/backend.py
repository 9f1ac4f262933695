"""What turns prompts into text."""

from dataclasses import dataclass
from typing import Any

from crescent.config.schema.option import option, section, slot

WRITER = ("questions", "answers", "replay", "samples", "draws")
"""Everything that is sampled from a model."""


@dataclass
class Backend:
    """What turns prompts into text. Keys of one backend alone are named after it. Only who writes decides what is
    written: the other keys may change while a run goes on."""

    name: str = option("transformers", of=("transformers", "vllm", "server", "own"), affects=(*WRITER, "evaluation"))
    """`transformers`: in this process. `vllm`: its engine in a process beside. `server`: an OpenAI-compatible API.
    `own`: the class that `own` names."""
    batch_size: int | None = option(None, low=1)
    """Sequences decoded together; null: as many as fit. For `server` null means 64 requests at a time."""
    shard_size: int = option(256, low=1)
    """Requests per shard: the unit that is written, resumed and split over ranks. A stage that is half done when this
    changes is generated anew."""
    url: str | None = None
    """server: where the API is, up to its version, such as http://localhost:8000/v1."""
    urls: list[str] = option([])
    """server: further servers of the same model that share the work. One that dies is left out."""
    command: str | None = None
    """server: starts one for the model that must write, in every round, and ends it: `vllm serve {model} --port
    {port}`. Its words are passed on as they stand, without a shell."""
    adapters: bool = False
    """server: a vLLM server that runs already is given the adapter of the round that must write, so that it takes part
    in every round. Needs training.method=lora and training.lora.keep_adapter=true."""
    start_timeout: float = option(1800.0, low=1.0, high=86400.0)
    """server: seconds until a server that was started with `command` must answer."""
    model: str | None = option(None, affects=WRITER)
    """server: the name it gives the model; null: the only one it serves, and with `command` what stands for {model}."""
    endpoint: str = option("chat", of=("chat", "completions"), affects=WRITER)
    """server: `chat` leaves the chat template to it; `completions` sends the prompt as `model` renders it."""
    key_variable: str = "OPENAI_API_KEY"
    """server: environment variable with the key; the key itself stands in no file. Not set: none is sent."""
    timeout: float = option(600.0, low=0.01, high=86400.0)
    """server: seconds to wait for a reply before it is asked for again."""
    retries: int = option(10, low=0, high=100)
    """server: how often a request is repeated that failed for reasons that pass: no answer, 429, 500, a cut reply."""
    pause: float = option(0.5, low=0.0, high=60.0)
    """server: seconds before the first repetition; they double each time, up to 60."""
    gpu_memory: float = option(0.9, low=0.05, high=1.0)
    """vllm: share of a GPU's memory for weights, keys and values. On a CPU keys and values take what they
    need, at most a quarter of what is free and 4 GiB."""
    tensor_parallel: int = option(1, low=1)
    """vllm: GPUs that share one model."""
    python: str | None = None
    """vllm: the interpreter that has it, such as /envs/vllm/bin/python; null: the one that runs this."""
    engine: dict[str, Any] = section(dict, affects=(*WRITER, "evaluation"))
    """vllm: further arguments of its engine by the names it gives them, such as quantization: fp8."""
    environment: dict[str, Any] = section(dict, affects=(*WRITER, "evaluation"))
    """vllm: what is added to its process's environment, such as VLLM_BATCH_INVARIANT: 1."""
    own: dict[str, Any] = slot(None, affects=(*WRITER, "evaluation"))
    """own: `use` is package.module:Class (docs/extending.md), and beside it stand its settings."""
