"""Files that are whole or absent: written aside, synced, then renamed into place."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crescent.errors import DamagedError, RunFolderError

ASIDE = ".aside-"
"""Prefix of files and folders still being written. What carries it after a crash is debris and may be deleted."""


@contextmanager
def room_to_write(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk into a `RunFolderError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(path) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise RunFolderError(f"cannot write {path}: {error.strerror}. Choose another output_dir.") from error
        raise
    except RunFolderError:
        raise
    except Exception as error:
        # Libraries that write files themselves (safetensors) wrap the system's error in one of their own.
        if f"os error {errno.ENOSPC}" in str(error) or os.strerror(errno.ENOSPC) in str(error):
            raise _no_space(path) from error
        raise


def _no_space(path: Path) -> RunFolderError:
    return RunFolderError(
        f"no space left for {path}. What is finished is kept: free some room and start the same command again."
    )


def publish(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader, or a crash, sees either the old file or the whole new one."""
    with room_to_write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{ASIDE}{os.getpid()}-{path.name}")
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


@contextmanager
def publish_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; on leaving without an error it is synced and takes the place of `path`."""
    with room_to_write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{ASIDE}{os.getpid()}-{path.name}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            yield aside
            put_in_place(aside, path)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


def put_in_place(aside: Path, path: Path) -> None:
    """Sync the folder `aside`, and let it take the place of `path`, beside it."""
    for file in sorted(aside.rglob("*")):
        sync_file(file) if file.is_file() else sync_folder(file)
    if path.exists():
        shutil.rmtree(path)
    aside.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Force a file's content to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Force a folder's entries to the disk, so that a rename in it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_debris(folder: Path) -> None:
    """Delete what earlier, killed processes were still writing. Only for the holder of the run's lock."""
    for path in sorted(folder.rglob(f"{ASIDE}*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def digest(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal.

    Raises:
        DamagedError: the file is missing.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise DamagedError(f"{path} is missing") from None
