import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crescent.errors import RunFolderError
from crescent.runs.lock import locked

HOLD = """
import sys
from pathlib import Path
from crescent.runs.lock import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the folder's lock until its input ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with other_process(folder) as process:
        with pytest.raises(RunFolderError, match=f"in use by process {process.pid} on ") as message, locked(folder):
            pass
        assert str(folder) in str(message.value)


def test_the_lock_is_free_after_a_kill(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        process.kill()
        process.wait()
        with locked(tmp_path):
            assert str(os.getpid()) in (tmp_path / "run.lock").read_text()


def test_the_lock_is_free_after_the_block_and_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path):
            raise ValueError

    with pytest.raises(ValueError, match=""):
        fail()
    with locked(tmp_path), pytest.raises(RunFolderError, match="in use"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_lock_file_that_says_nothing_still_locks(tmp_path: Path) -> None:
    with other_process(tmp_path):
        (tmp_path / "run.lock").write_text("")
        with pytest.raises(RunFolderError, match="in use by another process"), locked(tmp_path):
            pass


def test_folders_are_locked_one_by_one(tmp_path: Path) -> None:
    with locked(tmp_path / "one"), locked(tmp_path / "two"):
        assert all((tmp_path / name / "run.lock").exists() for name in ("one", "two"))
