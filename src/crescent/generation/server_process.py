"""A server that the run starts for the model that must write, and ends: `backend.command`."""

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import weakref
from pathlib import Path

from crescent.config.schema import Backend
from crescent.errors import ModelError
from crescent.generation import keeper
from crescent.generation.endpoint import Endpoint, client_library, connection, key_headers
from crescent.generation.last_words import last_words

FIELD = re.compile(r"\{(?:model|port)\}")
LOOK_SECONDS = 0.1
"""Between two looks whether it answers."""
LOADING = {502, 503, 504}
"""Statuses of a server that is not ready. Others are an answer, also from one that cannot list its models."""
PORTS = 3
"""Ports to try: another program may take one in the seconds before the server does."""
TAKEN = ("address already in use", "Address already in use", "Errno 98")
ENDING_SECONDS = 2 * keeper.PATIENCE + 5


class ServerProcess:
    """A server of our own, that answers. `close` ends it and all that it started; so does the end of this process."""

    def __init__(self, settings: Backend, model: str, log: Path, devices: str | None = None) -> None:
        """Start it with the model at `model` (a folder or a hub id) and wait until it answers.

        What it prints is appended to `log`. `devices`: the GPUs that it sees; None: those that we see.

        Raises:
            ModelError: no such program, it ended, or did not answer in time; says why in a line.
        """
        self.log, self._settings, self._model = log, settings, model
        self._environment = os.environ | ({"CUDA_VISIBLE_DEVICES": devices} if devices is not None else {})
        self._words = shlex.split(settings.command or "")
        self.program = program(settings)
        for attempt in range(PORTS):
            self._begin()
            try:
                self._wait()
                break
            except ModelError:
                self.close()
                if attempt + 1 == PORTS or not any(words in self._said() for words in TAKEN):
                    raise
            except BaseException:
                self.close()
                raise
        self.endpoint = Endpoint(
            f"http://127.0.0.1:{self._port}/v1", settings.model or model, key_headers(settings), listed=False
        )

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.close.alive and self._keeper.poll() is None

    def ended(self) -> str | None:
        """Why it came to its end, in a sentence; None while it runs."""
        if self.alive:
            return None
        return (
            f"backend.command: {self._how_it_ended()}. All that it said is in {self.log}. What is finished is kept: "
            "the same command goes on from there."
        )

    def _begin(self) -> None:
        self._port, reservation = free_port()
        values = {"{model}": self._model, "{port}": str(self._port)}
        words = [FIELD.sub(lambda found: values[found[0]], word) for word in self._words]
        with self.log.open("ab") as output, reservation:
            output.write(f"$ {shlex.join(words)}\n".encode())
            output.flush()
            self._start = output.tell()
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", keeper.__file__, *words],
                stdin=subprocess.PIPE, stdout=output, stderr=output, env=self._environment,
                pass_fds=(reservation.fileno(),), start_new_session=True,
            )  # fmt: skip
        self.close = weakref.finalize(self, _end, self._keeper)

    def _wait(self) -> None:
        httpx = client_library()
        url = f"http://127.0.0.1:{self._port}/v1"
        until = time.monotonic() + self._settings.start_timeout
        with httpx.Client(headers=key_headers(self._settings), timeout=10.0, **connection(url)) as client:
            while time.monotonic() < until:
                if self._keeper.poll() is not None:
                    raise ModelError(f"backend.command: {self._how_it_ended()}. All that it said is in {self.log}")
                with contextlib.suppress(httpx.HTTPError):
                    reply = client.get(f"{url}/models")
                    if reply.status_code not in LOADING and self._keeper.poll() is None:
                        return
                time.sleep(LOOK_SECONDS)
        said = last_words(self._said())
        raise ModelError(
            f"backend.command: `{self.program}` did not answer at port {self._port} within backend.start_timeout="
            f"{self._settings.start_timeout:g} seconds{f' ({said})' if said else ''}. All that it said is in {self.log}"
        )

    def _how_it_ended(self) -> str:
        code, said = self._keeper.wait(), last_words(self._said())
        how = f"with exit code {code}" if 0 <= code <= 128 else f"by signal {abs(code) % 128}"
        return f"`{self.program}` ended {how}{f' ({said})' if said else ''}"

    def _said(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self._start)
            return file.read().decode(errors="replace")


def program(settings: Backend) -> str:
    """The program of `backend.command`.

    Raises:
        ModelError: there is none of that name here.
    """
    name = shlex.split(settings.command or "")[0]
    if shutil.which(name) is None:
        raise ModelError(f"backend.command: there is no program `{name}` here: install it, or give its path")
    return name


def free_port() -> tuple[int, socket.socket]:
    """A port that nobody listens on, and what reserves it among runs until every copy of it is closed.

    A server takes seconds before it listens. Till then the kernel may give the same port to somebody else; another run
    of ours sees the reservation, a name in the network's namespace that goes with the processes that hold it.
    """
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        reservation = socket.socket(socket.AF_UNIX)
        if sys.platform != "linux":
            return port, reservation
        try:
            reservation.bind(f"\0crescent-port-{port}")
        except OSError:
            reservation.close()
            continue
        return port, reservation


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The keeper ends the server when it is told to."""
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
