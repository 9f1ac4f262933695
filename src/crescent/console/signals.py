"""A scheduler's signals end a run as Ctrl-C does: what is finished is on disk, and status.json says so."""

import signal
import sys
import threading
from types import FrameType

OTHERWISE = sys.unraisablehook
"""Who hears of other exceptions that cannot be raised."""


def listen() -> None:
    """Let these signals raise KeyboardInterrupt from now on.

    SIGTERM comes with preemption and cancelling, SIGUSR1 and SIGUSR2 some time before the time limit, if asked for,
    SIGHUP when the terminal goes away, which `nohup` has us ignore.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    numbers = [signal.SIGUSR1, signal.SIGUSR2]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    sys.unraisablehook = _not_lost


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _not_lost(unraisable: "sys.UnraisableHookArgs") -> None:
    """An interrupt that fell into a destructor or a weak reference's callback, where Python drops it, comes again."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        main = threading.main_thread().ident
        threading.Timer(0.05, signal.pthread_kill, [main, signal.SIGTERM]).start()
    else:
        OTHERWISE(unraisable)
