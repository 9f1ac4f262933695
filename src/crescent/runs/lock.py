"""One process per run folder."""

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from crescent.errors import RunFolderError
from crescent.runs.atomic import make_folder, room_to_write

LOCK = "run.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel gives it back when the process ends, however it ends.

    Raises:
        RunFolderError: another process holds it (named), or the file system has no locks.
    """
    path = folder / LOCK
    with room_to_write(path):
        make_folder(folder)
        file = path.open("a+")
    with file:
        try:
            _take(file)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise RunFolderError(
                    f"{folder} is in use by {_holder(path)}. Wait for it, or choose name=..."
                ) from None
            raise RunFolderError(
                f"{folder} is on a file system without locks ({error.strerror}). Choose another output_dir."
            ) from None
        file.seek(0)
        file.truncate()
        holder = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        file.write(json.dumps(holder))
        file.flush()
        yield


def is_held(folder: Path) -> bool:
    """Whether a process holds the folder's lock now."""
    try:
        with (folder / LOCK).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EAGAIN, errno.EACCES)
    return False


def _take(file: TextIO) -> None:
    """Take the lock. One who only asks whether it is held (`is_held`) holds it for a moment, which is waited for."""
    for attempt in range(5):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES) or attempt == 4:
                raise
            time.sleep(0.05)


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"process {holder['process']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
