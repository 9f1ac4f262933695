"""Files that are whole or absent: written under another name, synced, then renamed into place."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crescent.errors import DamagedError, RunFolderError

TEMPORARY = ".partial-"
"""Prefix of files and folders still being written. What carries it after a crash may be deleted."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a write for which there is no room."""
OTHERS = (errno.EACCES, errno.EROFS, errno.EPERM)
"""Errors of a place that is not ours to write to."""
NO_FOLDER = (errno.EEXIST, errno.ENOTDIR, errno.ENOENT, errno.ELOOP, errno.ENAMETOOLONG)
"""Errors of a path where no folder can be: a file or a link to nowhere is in the way, or the name is too long."""


@contextmanager
def room_to_write(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk into a `RunFolderError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise _no_space(path, error.errno) from error
        if error.errno in OTHERS:
            raise RunFolderError(f"cannot write {path}: {error.strerror}. Choose another output_dir.") from error
        raise
    except RunFolderError:
        raise
    except Exception as error:
        # Libraries that write files themselves (safetensors) wrap the system's error in one of their own.
        for number in FULL:
            if f"os error {number}" in str(error) or os.strerror(number) in str(error):
                raise _no_space(path, number) from error
        raise


def _no_space(path: Path, number: int) -> RunFolderError:
    if number == errno.EFBIG:
        return RunFolderError(
            f"{path} is larger than a file may be here (ulimit -f). What is finished is kept: raise the limit "
            "and start the same command again."
        )
    return RunFolderError(
        f"no space left for {path}. What is finished is kept: free some room and start the same command again."
    )


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are not there.

    Raises:
        RunFolderError: there can be none at that path.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno not in NO_FOLDER:
            raise
        raise no_folder(path, error) from error


def no_folder(path: Path, error: OSError) -> RunFolderError:
    """What is said of a path at which there can be no folder."""
    shown = str(path) if len(str(path)) <= 200 else f"{str(path)[:200]}..."
    at = f" ({error.filename})" if error.filename and str(error.filename) != str(path) and len(shown) < 200 else ""
    return RunFolderError(f"{shown} cannot be a folder: {error.strerror}{at}. Choose another output_dir or run_dir.")


def publish(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader, or a crash, sees either the old file or the whole new one."""
    with room_to_write(path):
        make_folder(path.parent)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


@contextmanager
def publish_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; on leaving without an error it is synced and takes the place of `path`."""
    with room_to_write(path):
        make_folder(path.parent)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            yield temporary
            put_in_place(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def put_in_place(temporary: Path, path: Path) -> None:
    """Sync the folder `temporary`, and let it take the place of `path`, beside it."""
    for file in sorted(temporary.rglob("*")):
        sync_file(file) if file.is_file() else sync_folder(file)
    if path.exists():
        shutil.rmtree(path)
    temporary.replace(path)
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


def clear_temporary(folder: Path) -> None:
    """Delete what earlier, killed processes were still writing. Only for the holder of the run's lock."""
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
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
