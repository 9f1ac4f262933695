"""The engine's process: `python -m crescent.generation.vllm_child READ WRITE`, two file descriptors of pipes.

It loads the model with vLLM, then takes orders as they come and keeps the engine's queue full: the orders of a whole
stage are one stream, and equal beginnings of prompts are computed once (prefix caching).
"""

import os
import queue
import signal
import sys
import threading
import traceback
from typing import Any, BinaryIO

from crescent.generation.vllm_protocol import Failed, Order, Output, Ready, Result, Settings, receive, send


def main() -> None:
    """Serve orders until the pipe closes."""
    read, write = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
    settings = receive(read, Settings)
    if settings is None:
        return
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(read, orders), daemon=True).start()
    try:
        from vllm import LLM

        engine = LLM(**settings.arguments).llm_engine
        send(write, Ready())
        _serve(engine, orders, write)
    except BrokenPipeError:
        return
    except Exception as error:
        traceback.print_exc()  # before the run hears of it, for it then ends this process
        sys.stderr.flush()
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        send(write, Failed(f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:500]))
        sys.exit(1)


def _listen(read: BinaryIO, orders: "queue.SimpleQueue[Order]") -> None:
    """Take orders off the pipe at once, so that the run never waits; end everything when the run has gone."""
    while (order := receive(read, Order)) is not None:
        orders.put(order)
    # vLLM has processes of its own: all of them are in this one's group.
    os.killpg(0, signal.SIGKILL)


def _serve(engine: Any, orders: "queue.SimpleQueue[Order]", write: BinaryIO) -> None:
    from vllm import SamplingParams
    from vllm.inputs import TokensPrompt

    while True:
        idle = not engine.has_unfinished_requests()
        while idle or not orders.empty():
            order = orders.get()
            params = SamplingParams(
                n=order.n,
                temperature=order.temperature,
                top_p=order.top_p,
                seed=order.seed,
                max_tokens=order.max_tokens,
                stop_token_ids=order.stops,
                logprobs=0,  # of the sampled token alone
                detokenize=False,
            )
            engine.add_request(str(order.number), TokensPrompt(prompt_token_ids=order.ids), params)
            idle = False
        for request in engine.step():
            if request.finished:
                send(write, Result(int(request.request_id), [_output(found) for found in _in_order(request.outputs)]))


def _in_order(outputs: list[Any]) -> list[Any]:
    return sorted(outputs, key=lambda output: output.index)


def _output(found: Any) -> Output:
    return Output(list(found.token_ids), found.cumulative_logprob, found.finish_reason == "stop")


if __name__ == "__main__":
    main()
