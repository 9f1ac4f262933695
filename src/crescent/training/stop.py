"""Ctrl-C and SIGTERM, heard between optimizer steps instead of in the middle of one."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

import pytorch_lightning as pl


class StopSignals(pl.Callback):  # type: ignore[misc]  # Lightning is untyped to mypy
    """While entered, the first SIGINT or SIGTERM is remembered; a second SIGINT interrupts at once.

    `deliver`, called after leaving, hands the remembered signal to whoever handled it before. Outside the main thread,
    where Python has no signal handlers, nothing is heard.
    """

    def __init__(self) -> None:
        super().__init__()
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Listen again: by now Lightning has put its own handler of SIGTERM in place."""
        self._listen()

    def request(self) -> None:
        """Behave as if Ctrl-C had been pressed."""
        self.received = self.received or signal.SIGINT

    def deliver(self) -> None:
        """Raise what was heard: `KeyboardInterrupt` for SIGINT; for SIGTERM whatever its handler does."""
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        if self.received is not None:
            signal.raise_signal(self.received)

    def _listen(self) -> None:
        for number in self._before:
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        # A person's second Ctrl-C means at once; a scheduler may say SIGTERM twice, to a process and to its group.
        if self.received is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.received = self.received or number
