"""Stands between a run and the server that it started: `python keeper.py COMMAND...` runs the command until it ends or
the run does, however that happens: then its standard input is closed. It ends all that the command started.

It is a file of its own for an interpreter that imports nothing else: it starts at once and cannot fail for a package.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import NoReturn

PATIENCE = 10.0
"""Seconds that a server may take to end by itself."""
LOOK_SECONDS = 0.5
"""Between two looks whether the run is there."""


def main(command: list[str]) -> int:
    """Run `command`. Its exit code, or 128 and the number of the signal that ended it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        return 127
    threading.Thread(target=_when_the_run_ends, args=(os.getppid(),), daemon=True).start()
    try:
        code = process.wait()
    finally:
        end(process)
    return code if code >= 0 else 128 - code


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and its group: by request, and by force if that takes too long."""
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        until = time.monotonic() + patience
        while _group_lives(process) and time.monotonic() < until:
            time.sleep(0.02)


def _group_lives(process: "subprocess.Popen[bytes]") -> bool:
    process.poll()  # one that nobody has waited for still counts as there
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _when_the_run_ends(run: int) -> None:
    # Processes that the run forked have a copy of the pipe, and may outlive it for a while.
    while os.getppid() == run:
        if select.select([sys.stdin], [], [], LOOK_SECONDS)[0] and not os.read(sys.stdin.fileno(), 65536):
            break
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(number: int, frame: object) -> NoReturn:
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
