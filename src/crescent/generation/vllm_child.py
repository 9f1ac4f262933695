"""vLLM's engine as a program of its own: `PYTHON vllm_child.py READ WRITE PROTOCOL`; the first two are pipes.

PYTHON is whatever interpreter has vLLM (`backend.python`). This file needs nothing of ours beside itself and nothing of
others but vLLM and msgspec, which vLLM brings. The run's side, `vllm_engine.py`, takes the messages from here: one JSON
object per line. The run first sends `Settings`, then any number of `Order`s. The engine answers `Ready` or `Failed`,
then a `Result` for each order, in the order in which they finish. A pipe that closes ends the engine.

The orders of a whole stage are one stream that keeps the engine's queue full, and equal beginnings of prompts are
computed once (prefix caching).
"""

import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

PROTOCOL = 3
"""Counts up with every change of the messages: a run that is older or newer than this file is told so."""

CACHE_GIB = 4
"""Keys and values on a CPU take no more main memory than this, and no more than a quarter of what is free."""


class Settings(msgspec.Struct, frozen=True):
    """Keyword arguments of `vllm.LLM`: the run's own, and those of `backend.engine`, which go before all defaults."""

    arguments: dict[str, Any]
    further: dict[str, Any] = {}


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
    top_k: int | None = None
    min_p: float = 0.0


class Output(msgspec.Struct, frozen=True):
    """One continuation, its last token included; `logprob` is the sum over its tokens."""

    tokens: list[int]
    logprob: float | None
    stopped: bool


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The model is loaded, by this version of vLLM on a device of this type (`cpu`, `cuda`)."""

    version: str
    device: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The engine has ended, and why, in one line."""

    reason: str


class Result(msgspec.Struct, frozen=True, tag="result"):
    """All continuations of an order, in the order of their seeds; `cached`: tokens of its prompt found computed."""

    number: int
    outputs: list[Output]
    cached: int = 0


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


def main() -> None:
    """Serve orders until the pipe closes."""
    read, write = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
    if sys.argv[3] != str(PROTOCOL):
        send(write, Failed(f"the run speaks protocol {sys.argv[3]} and its engine {PROTOCOL}: start the run again"))
        sys.exit(1)
    settings = receive(read, Settings)
    if settings is None:
        return
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(read, orders), daemon=True).start()
    try:
        _prepare_a_cpu(settings)
        import vllm
        from vllm.platforms import current_platform

        device = current_platform.device_type
        engine = vllm.LLM(**_arguments(settings, device)).llm_engine
        send(write, Ready(vllm.__version__, device))
        _serve(engine, orders, write)
    except BrokenPipeError:
        return
    except Exception as error:
        traceback.print_exc()  # before the run hears of it, for it then ends this process
        sys.stderr.flush()
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        send(write, Failed(f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:500]))
        sys.exit(1)


def _prepare_a_cpu(settings: Settings) -> None:
    """What has to be in the environment before vLLM is imported: where PyTorch is built for the CPU alone, the engine
    computes in this process and with all cores, and compiles nothing, which takes a compiler and minutes."""
    from importlib.metadata import version

    if version("torch").endswith("+cpu"):
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
        if settings.further.get("enforce_eager", True):
            os.environ.setdefault("TORCH_COMPILE_DISABLE", "1")


def _arguments(settings: Settings, device: str) -> dict[str, Any]:
    ours = dict(settings.arguments)
    if device == "cpu":
        # Seeded requests cannot be prefilled in parts there ("CPU Generator does not use offset"), so that the longest
        # prompt has to fit one step; and the share of memory would be one of the whole main memory, others' included.
        ours |= {"enforce_eager": True, "enable_chunked_prefill": False}
        ours["max_num_batched_tokens"] = max(8192, ours["max_model_len"])
        ours["kv_cache_memory_bytes"] = _cache_bytes(ours | settings.further)
        del ours["gpu_memory_utilization"]
    return ours | settings.further


def _cache_bytes(arguments: dict[str, Any]) -> int:
    """Main memory for keys and values: two contexts for each sequence of a full batch and some blocks more, for vLLM
    counts in whole ones and keeps one back; or what may be taken."""
    import psutil
    from transformers import AutoConfig

    most: int = min(CACHE_GIB << 30, psutil.virtual_memory().available // 4)
    try:
        config = AutoConfig.from_pretrained(
            arguments["model"], revision=arguments["revision"], trust_remote_code=arguments["trust_remote_code"]
        ).get_text_config()
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        token = 2 * config.num_hidden_layers * heads * size * 4
    except (AttributeError, OSError, TypeError, ValueError):
        return most  # a model of another build, or one that vLLM will have something to say about
    tokens = 2 * arguments["max_model_len"] * (arguments.get("max_num_seqs") or 256) + 4096
    return int(min(most, token * tokens))


def _listen(read: BinaryIO, orders: "queue.SimpleQueue[Order]") -> None:
    """Take orders off the pipe at once, so that the run never waits; end everything when the run has gone."""
    while (order := receive(read, Order)) is not None:
        orders.put(order)
    # vLLM has processes of its own: all of them are in this one's group.
    os.killpg(0, signal.SIGKILL)


def _serve(engine: Any, orders: "queue.SimpleQueue[Order]", write: BinaryIO) -> None:
    from vllm import SamplingParams
    from vllm.inputs import TokensPrompt
    from vllm.sampling_params import RequestOutputKind

    while True:
        idle = not engine.has_unfinished_requests()
        while idle or not orders.empty():
            order = orders.get()
            params = SamplingParams(
                n=order.n,
                temperature=order.temperature,
                top_p=order.top_p,
                top_k=order.top_k or 0,  # 0: all
                min_p=order.min_p,
                seed=order.seed,
                max_tokens=order.max_tokens,
                stop_token_ids=order.stops,
                ignore_eos=True,  # the ends are those of the order, not what the model's files say besides
                logprobs=0,  # of the sampled token alone
                detokenize=False,
                output_kind=RequestOutputKind.FINAL_ONLY,  # all n samples at once; otherwise each as it ends
            )
            engine.add_request(str(order.number), TokensPrompt(prompt_token_ids=order.ids), params)
            idle = False
        for request in engine.step():
            if request.finished:
                found = sorted(request.outputs, key=lambda output: output.index)
                send(write, Result(int(request.request_id), list(map(_output, found)), request.num_cached_tokens or 0))


def _output(found: Any) -> Output:
    return Output(list(found.token_ids), found.cumulative_logprob, found.finish_reason == "stop")


if __name__ == "__main__":
    if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
        del sys.path[0]  # our other files would stand before packages of their names
    main()
