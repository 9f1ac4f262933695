"""Symbolic comparison through math-verify, in a worker process that is killed when it takes too long.

math-verify guards itself with `signal.alarm`, which works in the main thread alone and never interrupts C code; here
the limit is on the process, so it holds for every input and from every thread. What is limited is the time the worker
computes, so that a machine with other work to do comes to the same decisions. An expression that hangs costs its limit
once, takes its worker with it and counts as not equal: `Comparer.failures` counts them and a warning names each.
"""

import atexit
import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
"""How long the worker may take to load its libraries; not part of the limit on a comparison."""
PATIENCE = 20.0
"""Times the limit that is waited by the clock: a worker that does not compute either is given up then."""


class _WorkerDiedError(Exception):
    pass


class _TooSlowError(Exception):
    pass


class Comparer:
    """Compares pairs of expressions in one lazily started, reused worker. Safe to call from several threads.

    `seconds` of computing bound one comparison, `megabytes` the worker's address space, `length` the characters of an
    expression; a longer one is not compared. `memory` pairs are remembered.
    """

    def __init__(self, seconds: float = 5.0, megabytes: int = 2048, length: int = 300, memory: int = 1 << 14) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self.length = length
        self.memory = memory
        self.failures = 0
        """Pairs that were tried and given up: over the time limit, or their worker died twice."""
        self.given_up = 0
        """Comparisons that were asked for and not made: of such a pair, each time, or of too long an expression."""
        self.compared = 0
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._known: OrderedDict[tuple[str, str], bool | None] = OrderedDict()
        self._available: bool | None = None

    def configure(self, seconds: float, megabytes: int) -> None:
        """Take other limits; a running worker with another memory limit is replaced."""
        with self._lock:
            if megabytes != self.megabytes:
                self.close()
            self.seconds, self.megabytes = seconds, megabytes

    @property
    def available(self) -> bool:
        """Whether math-verify is installed. Says once if it is not."""
        if self._available is None:
            self._available = find_spec("math_verify") is not None
            if not self._available:
                logger.warning(
                    "math-verify is not installed: answers are compared by their canonical form alone "
                    "(pip install 'crescent-lm[symbolic]' to compare formulas)"
                )
        return self._available

    def same(self, one: str, other: str) -> bool:
        """Whether two expressions are equal as formulas. False when they cannot be compared within the limits."""
        if not self.available:
            return False
        pair = (one, other) if one <= other else (other, one)
        with self._lock:
            if max(len(one), len(other)) > self.length:
                self.given_up += 1
                return False
            if pair not in self._known:
                self._known[pair] = self._decide(pair)
                if len(self._known) > self.memory:
                    self._known.popitem(last=False)
            same = self._known[pair]
            self.given_up += same is None
            return same is True

    def _decide(self, pair: tuple[str, str]) -> bool | None:
        """Whether the two are the same, None where that was given up."""
        self.compared += 1
        for _ in range(2):  # a worker that was killed from outside is no fault of the expression: once more
            try:
                return self._ask(pair)
            except _TooSlowError:
                problem = f"took more than {self.seconds:g} s"
                break
            except _WorkerDiedError:
                problem = "ended the worker process"
        self.failures += 1
        logger.warning("comparing %r and %r %s; they count as different", pair[0][:80], pair[1][:80], problem)
        return None

    def _ask(self, pair: tuple[str, str]) -> bool:
        worker = self._running()
        if worker.stdin is None:
            raise _WorkerDiedError
        try:
            worker.stdin.write(json.dumps([*pair, self.seconds]).encode() + b"\n")
            worker.stdin.flush()
        except OSError:
            self.close()
            raise _WorkerDiedError from None
        return self._reply(worker, self.seconds * PATIENCE) is True

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._worker is not None and self._owner == os.getpid() and self._worker.poll() is None:
            return self._worker
        if self._owner == os.getpid():
            self.close()
        atexit.unregister(self.close)
        atexit.register(self.close)
        command = [sys.executable, str(Path(__file__).with_name("symbolic_worker.py")), str(self.megabytes)]
        self._worker = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._owner = os.getpid()
        self._reply(self._worker, START_SECONDS)
        return self._worker

    def _reply(self, worker: "subprocess.Popen[bytes]", seconds: float) -> object:
        if worker.stdout is None:
            raise _WorkerDiedError
        with selectors.DefaultSelector() as selector:
            selector.register(worker.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                self.close()
                raise _TooSlowError
        line = worker.stdout.readline()
        if not line:
            died_of = worker.wait()
            self.close()
            raise _TooSlowError if died_of == -signal.SIGPROF else _WorkerDiedError
        return json.loads(line)

    def close(self) -> None:
        """End the worker, if this process has one. The next comparison starts another."""
        worker, self._worker = self._worker, None
        if worker is None or self._owner != os.getpid():
            return
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


comparer = Comparer()
"""The process-wide comparer that `equivalent` and `vote` use."""
