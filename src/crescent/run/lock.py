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

from crescent.errors import RunFolderError
from crescent.run.atomic import room_to_write


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel gives it back when the process ends, however it ends.

    Raises:
        RunFolderError: another process holds it (named), or the file system has no locks.
    """
    path = folder / "run.lock"
    with room_to_write(path):
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"process {holder['process']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
