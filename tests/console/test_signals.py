"""A scheduler's signals stop a process as Ctrl-C does, wherever they fall."""

import subprocess
import sys

import pytest

LATE = """
import signal, time
from crescent.console.signals import listen

class Gone:
    def __del__(self):
        signal.raise_signal(signal.{name})

listen()
try:
    Gone()
    time.sleep(60)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGUSR1"])
def test_a_signal_that_python_would_drop_in_a_destructor_stops_all_the_same(name: str) -> None:
    command = [sys.executable, "-c", LATE.format(name=name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("stopped\n", "", 0)
