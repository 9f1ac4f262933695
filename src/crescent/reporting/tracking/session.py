"""The run's side of tracking: start the process that follows the folder, and let it end.

It is a process of its own so that whatever a tracker does, hang, fail or take over signals and output, the run does not
notice; killed with SIGKILL, the run leaves behind a follower that still writes down everything that is safe on disk.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

from crescent.config.schema import Config
from crescent.errors import ConfigError, ProcessError
from crescent.reporting.tracking.login import mistakes, names

GRACE_SECONDS = 10.0
"""On top of `tracking.wait`, which bounds what a tracker waits for by itself."""


@contextmanager
def tracked(folder: Path, config: Config, vote: Path | None = None) -> Iterator[None]:
    """While the block runs, the configured trackers follow the run in `folder`; or show the vote in the file `vote`.

    Only the first of several processes has trackers.

    Raises:
        ConfigError: a tracker that is on lacks its package or its login.
    """
    if config.tracking.wandb.mode == "auto" and "wandb" not in names(config.tracking):
        print("W&B is off: no login here. tracking.wandb.mode=offline records without one.", file=sys.stderr)
    if not names(config.tracking) or any(os.environ.get(name, "0") != "0" for name in ("RANK", "SLURM_PROCID")):
        yield
        return
    if found := mistakes(config.tracking):
        raise ConfigError(found)
    command = [sys.executable, "-m", "crescent.reporting.tracking"]
    # A session of its own, so that Ctrl-C at the terminal reaches the run alone.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    job = {"folder": str(folder.resolve()), "config": asdict(config), "vote": str(vote.resolve()) if vote else None}
    _tell(process, json.dumps(job) + "\n")
    try:
        yield
    finally:
        _end(process, config.tracking.wait + GRACE_SECONDS)


def _tell(process: "subprocess.Popen[bytes]", text: str) -> None:
    stdin = _input(process)
    try:
        stdin.write(text.encode())
        stdin.flush()
    except BrokenPipeError:
        pass  # it has ended by itself and said why


def _input(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    if process.stdin is None:
        raise ProcessError("tracking: its process was started without an input")
    return process.stdin


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """The end of its input is the sign to end; one that does not is killed with all it started."""
    stdin = _input(process)
    try:
        stdin.close()
        process.wait(seconds)
    except BrokenPipeError:
        pass
    except subprocess.TimeoutExpired:
        print("tracking did not end in time and was stopped; start the command again to send the rest", file=sys.stderr)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
