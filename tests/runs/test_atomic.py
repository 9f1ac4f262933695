import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import TEMPORARY, clear_temporary, digest, file_digest, publish, publish_folder, room_to_write
from crescent.runs.events import EventLog
from crescent.runs.folder import write_json

KILLED = """
import os, pathlib, signal, sys
from crescent.runs.atomic import publish, publish_folder

place, moment, kind = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
calls = {"fsync": 0, "replace": 0}

def dying(name, real):
    def call(*arguments):
        calls[name] += 1
        if f"{name}-{calls[name]}" == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)
    return call

os.fsync = dying("fsync", os.fsync)
pathlib.Path.replace = dying("replace", pathlib.Path.replace)
if kind == "file":
    publish(place, b"new" * 100_000)
else:
    with publish_folder(place) as folder:
        (folder / "a").write_bytes(b"new")
        (folder / "b").mkdir()
        (folder / "b" / "c").write_bytes(b"new")
print("not killed")
"""


def killed_at(place: Path, moment: str, kind: str) -> None:
    """Write to `place` in another process, which kills itself at the named call."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place), moment, kind], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_publish_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    publish(path, b"one")
    publish(path, b"two")
    assert content(tmp_path) == {"a/b/file": b"two"}


@pytest.mark.parametrize("moment", ["fsync-1", "replace-1"])
def test_a_kill_while_writing_leaves_the_old_file(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    killed_at(path, moment, "file")
    assert path.read_bytes() == b"old"
    clear_temporary(tmp_path)
    assert content(tmp_path) == {"file": b"old"}


def test_a_kill_after_the_rename_leaves_the_whole_new_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    killed_at(path, "fsync-2", "file")
    assert content(tmp_path) == {"file": b"new" * 100_000}


@pytest.mark.parametrize("moment", ["fsync-1", "fsync-3", "replace-1"])
def test_a_kill_while_filling_a_folder_leaves_no_part_of_it(tmp_path: Path, moment: str) -> None:
    killed_at(tmp_path / "model", moment, "folder")
    assert not (tmp_path / "model").exists()
    clear_temporary(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_publish_folder_replaces_the_whole_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with publish_folder(tmp_path / "model") as folder:
            (folder / "sub").mkdir()
            (folder / "sub" / name).write_bytes(b"")
    assert content(tmp_path) == {"model/sub/two": b""}


def test_publish_folder_keeps_the_old_one_when_the_block_fails(tmp_path: Path) -> None:
    with publish_folder(tmp_path / "model") as folder:
        (folder / "file").write_bytes(b"old")

    def fail() -> None:
        with publish_folder(tmp_path / "model") as folder:
            (folder / "file").write_bytes(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert content(tmp_path) == {"model/file": b"old"}


def test_clear_debris_takes_what_was_being_written_and_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "round" / f"not{TEMPORARY}file"
    publish(kept, b"kept")
    (tmp_path / "round" / f"{TEMPORARY}1-file").write_bytes(b"half")
    nested = tmp_path / f"{TEMPORARY}2-model" / f"{TEMPORARY}2-weights"
    nested.parent.mkdir()
    nested.write_bytes(b"half")
    clear_temporary(tmp_path)
    assert content(tmp_path) == {f"round/not{TEMPORARY}file": b"kept"}
    assert not nested.parent.exists()


def test_a_full_disk_is_told_and_keeps_what_is_there(small_disk: Path) -> None:
    path = small_disk / "file"
    publish(path, b"old")
    with pytest.raises(RunFolderError, match="no space left") as message:
        publish(path, bytes(200_000))
    assert str(path) in str(message.value)
    assert content(small_disk) == {"file": b"old"}


def test_a_full_disk_in_the_middle_of_a_folder(small_disk: Path) -> None:
    with publish_folder(small_disk / "model") as folder:
        (folder / "weights").write_bytes(b"old")
    with pytest.raises(RunFolderError, match="no space left"), publish_folder(small_disk / "model") as folder:
        (folder / "weights").write_bytes(bytes(200_000))
    assert content(small_disk) == {"model/weights": b"old"}


def test_events_and_status_tell_of_a_full_disk_too(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(60 * 1024))
    with pytest.raises(RunFolderError, match="no space left"):
        write_json(small_disk / "status.json", {"text": "x" * 20_000})
    with pytest.raises(RunFolderError, match="no space left"):
        EventLog(small_disk / "events.jsonl").append("gate", text="x" * 20_000)


def test_a_disk_that_is_read_only_is_told(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(RunFolderError, match="output_dir"):
        publish(small_disk / "sub" / "file", b"data")


def test_other_errors_pass_unchanged(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="directory"), room_to_write(tmp_path):  # noqa: SIM117
        with (tmp_path / "file" / "below").open("wb"):
            pass


def test_digests(tmp_path: Path) -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    publish(tmp_path / "file", b"abc")
    assert file_digest(tmp_path / "file") == digest(b"abc")
    with pytest.raises(DamagedError, match="other is missing"):
        file_digest(tmp_path / "other")
