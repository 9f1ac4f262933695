"""vLLM's offline engine as a process of its own: when it ends, the device's memory is free, whatever vLLM held."""

import contextlib
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.schema import Backend, Model
from crescent.errors import ModelError, StageError
from crescent.generation import vllm_child
from crescent.generation.vllm_child import PROTOCOL, Answer, Failed, Order, Ready, Result, Settings, receive, send
from crescent.generation.vllm_log import ended, explained

ENDING_SECONDS = 20.0


def engine_settings(backend: Backend, model: Model, place: str, revision: str | None) -> Settings:
    """What `vllm.LLM` is given for the model at `place` (a folder or a hub id)."""
    arguments: dict[str, Any] = {
        "model": place,
        "revision": revision,
        "dtype": model.dtype,
        "trust_remote_code": model.trust_remote_code,
        "max_model_len": model.context,
        "gpu_memory_utilization": backend.gpu_memory,
        "tensor_parallel_size": backend.tensor_parallel,
        "enable_prefix_caching": True,
        "seed": 0,
        "generation_config": "vllm",  # sampling is as configured, not as the model's files suggest
        "logprobs_mode": "raw_logprobs",  # of the model itself: before temperature and nucleus
        "skip_tokenizer_init": True,  # it is given tokens and gives tokens
    }
    if backend.batch_size is not None:
        arguments["max_num_seqs"] = backend.batch_size
    return Settings(arguments, backend.engine)


def engine_environment(backend: Backend, devices: str | None = None, threads: int | None = None) -> dict[str, str]:
    """Environment of a process of `backend.python`: ours, with the GPUs `devices`, CPU threads and
    `backend.environment`. Another interpreter is not shown the modules of this one."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__") if backend.python is not None else ()
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    if devices is not None:
        environment["CUDA_VISIBLE_DEVICES"] = devices
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    return environment | {
        name: str(int(value) if isinstance(value, bool) else value) for name, value in backend.environment.items()
    }


class Engine:
    """A running engine. `close` ends it; so does the end of this process, or its own."""

    def __init__(
        self, settings: Settings, log: Path, python: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it with the interpreter `python` and wait until the model is loaded.

        What vLLM prints is appended to `log`. None: this interpreter, this process's environment.

        Raises:
            ModelError: it did not start; says why in a line.
        """
        self.log = log
        orders, self._orders = os.pipe()
        self._results, results = os.pipe()
        with log.open("ab") as output:
            self._begin = output.tell()
            self._process = subprocess.Popen(
                [python or sys.executable, vllm_child.__file__, str(orders), str(results), str(PROTOCOL)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                pass_fds=(orders, results), start_new_session=True,
            )  # fmt: skip
        os.close(orders)
        os.close(results)
        self._to, self._from = os.fdopen(self._orders, "wb"), os.fdopen(self._results, "rb")
        self.close = weakref.finalize(self, _end, self._process, self._to, self._from)
        try:
            self.ready = self._started(settings)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.close.alive and self._process.poll() is None

    def order(self, order: Order) -> None:
        """Put an order at the end of the queue.

        Raises:
            StageError: the engine has ended.
        """
        try:
            send(self._to, order)
        except (BrokenPipeError, ValueError):
            raise self._broken("it takes no more orders") from None

    def result(self) -> Result:
        """The next order that is finished.

        Raises:
            StageError: the engine has ended; what was finished is kept.
        """
        answer = receive(self._from, Answer)
        if isinstance(answer, Result):
            return answer
        raise self._broken(answer.reason if isinstance(answer, Failed) else None)

    def _started(self, settings: Settings) -> Ready:
        """Hand over the settings and wait."""
        answer: Answer | None = None
        said: str | None = None
        with contextlib.suppress(BrokenPipeError):  # it has ended already: its log says why
            send(self._to, settings)
        try:
            answer = receive(self._from, Answer)
        except msgspec.DecodeError:
            said = "it speaks another protocol than this program: start the run again"
        if isinstance(answer, Ready):
            return answer
        if isinstance(answer, Failed):
            said = answer.reason
        raise ModelError(f"vLLM did not start: {self._why(said)}; what it said is in {self.log}")

    def _broken(self, said: str | None) -> StageError:
        return StageError(
            f"vLLM's process failed: {self._why(said)}; what it said is in {self.log}. What is finished is kept: the "
            "same command goes on from there."
        )

    def _why(self, said: str | None) -> str:
        """The root cause in a line, from what its processes printed since it began; or what the first of them said."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # whoever says nothing is about to end by itself
            self._process.wait(0 if said else ENDING_SECONDS)
        self.close()
        with self.log.open("rb") as file:
            file.seek(self._begin)
            text = file.read().decode(errors="replace")
        return explained(text, said or ended(self._process.returncode))


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
