"""vLLM's offline engine as a process of its own: when it ends, the device's memory is free, whatever vLLM held."""

import contextlib
import os
import signal
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

from crescent.config.schema import Backend, Model
from crescent.errors import ModelError, StageError
from crescent.generation.vllm_protocol import Answer, Failed, Order, Ready, Result, Settings, receive, send

ENDING_SECONDS = 20.0


def engine_settings(backend: Backend, model: Model, place: str, revision: str | None) -> Settings:
    """What `vllm.LLM` is given for the model at `place` (a folder or a hub id)."""
    arguments: dict[str, Any] = {
        "model": place,
        "revision": revision,
        "tokenizer_revision": revision,
        "dtype": model.dtype,
        "trust_remote_code": model.trust_remote_code,
        "max_model_len": model.context,
        "gpu_memory_utilization": backend.gpu_memory,
        "tensor_parallel_size": backend.tensor_parallel,
        "enable_prefix_caching": True,
        "seed": 0,
        "generation_config": "vllm",  # sampling is as configured, not as the model's files suggest
        "logprobs_mode": "raw_logprobs",  # of the model itself: before temperature and nucleus
    }
    if backend.batch_size is not None:
        arguments["max_num_seqs"] = backend.batch_size
    return Settings(arguments)


class Engine:
    """A running engine. `close` ends it; so does the end of this process, or its own."""

    def __init__(self, settings: Settings, log: Path, devices: str | None = None) -> None:
        """Start it and wait until the model is loaded; what vLLM prints is appended to `log`.

        Raises:
            ModelError: it did not start; says why in a line.
        """
        self.log = log
        orders, self._orders = os.pipe()
        self._results, results = os.pipe()
        environment = os.environ | ({"CUDA_VISIBLE_DEVICES": devices} if devices is not None else {})
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crescent.generation.vllm_child", str(orders), str(results)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                pass_fds=(orders, results), start_new_session=True,
            )  # fmt: skip
        os.close(orders)
        os.close(results)
        self._to, self._from = os.fdopen(self._orders, "wb"), os.fdopen(self._results, "rb")
        self.close = weakref.finalize(self, _end, self._process, self._to, self._from)
        try:
            self._say(settings)
            answer = self._answer()
        except StageError as error:
            raise ModelError(str(error)) from None
        except BaseException:
            self.close()
            raise
        if not isinstance(answer, Ready):
            self.close()
            why = answer.reason if isinstance(answer, Failed) else "no answer"
            raise ModelError(f"vLLM did not start ({why}); what it said is in {log}")

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.close.alive and self._process.poll() is None

    def order(self, order: Order) -> None:
        """Put an order at the end of the queue.

        Raises:
            StageError: the engine has ended.
        """
        self._say(order)

    def result(self) -> Result:
        """The next order that is finished.

        Raises:
            StageError: the engine has ended; what was finished is kept.
        """
        answer = self._answer()
        if isinstance(answer, Result):
            return answer
        raise self._ended(answer.reason if isinstance(answer, Failed) else "an answer out of turn")

    def _say(self, message: Settings | Order) -> None:
        try:
            send(self._to, message)
        except (BrokenPipeError, ValueError):
            raise self._ended("it takes no more orders") from None

    def _answer(self) -> Answer:
        answer: Answer | None = receive(self._from, Answer)
        if answer is None:
            raise self._ended(f"it ended with code {self._process.wait()}")
        return answer

    def _ended(self, why: str) -> StageError:
        self.close()
        return StageError(
            f"vLLM's process failed ({why}); what it said is in {self.log}. What is finished is kept: the same command "
            "goes on from there."
        )


def _end(process: "subprocess.Popen[bytes]", *pipes: Any) -> None:
    """End the engine's process and all that it started."""
    for pipe in pipes:
        with contextlib.suppress(OSError):
            pipe.close()
    for number, patience in ((signal.SIGTERM, ENDING_SECONDS), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
