"""Damage, a full disk, two processes, another configuration: refused in words, nothing lost."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.system.commandline import TINY, begin, contents, crescent, differences, run_folder, tail

pytestmark = pytest.mark.system


@pytest.fixture
def copied(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the complete run that a test may damage."""
    return Path(shutil.copytree(undisturbed, tmp_path / undisturbed.name))


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [flip_a_bit, cut])
@pytest.mark.parametrize(
    "pattern",
    [
        "round-01/answers/solutions/00/0*.jsonl",
        "round-01/questions/manifest.json",
        "round-01/training/model/*.safetensors",
    ],
)
def test_damage_is_named_and_mended_by_what_the_message_says(copied: Path, pattern: str, damage: object) -> None:
    [victim, *_] = sorted(copied.glob(pattern))
    damage(victim)  # type: ignore[operator]
    refused = crescent(*TINY, output=copied.parent)
    assert refused.returncode == 1, tail(refused)
    assert "Traceback" not in refused.stderr
    assert victim.name in refused.stderr
    assert "Delete" in refused.stderr


def test_deleting_what_the_message_names_mends_the_run(undisturbed: Path, copied: Path) -> None:
    flip_a_bit(next(copied.glob("round-02/answers/solutions/00/0*.jsonl")))
    refused = crescent(*TINY, output=copied.parent)
    assert refused.returncode == 1
    assert str(copied / "round-02" / "answers") in refused.stderr
    shutil.rmtree(copied / "round-02" / "answers")
    mended = crescent(*TINY, output=copied.parent)
    assert mended.returncode == 0, tail(mended)
    assert differences(contents(undisturbed), contents(copied)) == []


@pytest.mark.parametrize("damage", [flip_a_bit, cut])
def test_a_damaged_checkpoint_is_named(copied: Path, tmp_path: Path, damage: object) -> None:
    shutil.rmtree(copied)
    published = "*/round-01/training/scratch/checkpoints/[!.]*/*.safetensors"
    many_steps = ("training.batch_size=1", "training.micro_batch_size=1")
    process = begin(*TINY, *many_steps, output=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(published)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    found = list(tmp_path.glob(published))
    assert found and not list(tmp_path.glob("*/round-01/training/manifest.json"))
    for path in found:
        damage(path)  # type: ignore[operator]
    refused = crescent(*TINY, *many_steps, output=tmp_path)
    assert refused.returncode == 1, tail(refused)
    assert "Traceback" not in refused.stderr
    assert any(path.name in refused.stderr or path.parent.name in refused.stderr for path in found)


def test_a_second_process_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    first = begin(*TINY, output=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*/status.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    second = crescent(*TINY, output=tmp_path)
    first.kill()
    first.communicate()
    assert second.returncode == 1
    begun, error = second.stderr.strip().splitlines()
    assert "loading" in begun
    assert f"in use by process {first.pid} on" in error


def test_another_configuration_is_refused_naming_every_key(copied: Path) -> None:
    refused = crescent(*TINY, "voting.samples=5", "seed=7", f"run_dir='{copied}'", output=copied.parent)
    assert refused.returncode == 1
    assert "voting.samples: 4 there, 5 now" in refused.stderr
    assert "seed: 1 there, 7 now" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_said_and_the_run_goes_on_once_there_is_room(undisturbed: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.decode().strip()}")
    try:
        full = crescent(*TINY, output=disk)
        assert full.returncode == 1, tail(full)
        assert "no space left" in full.stderr
        assert "Traceback" not in full.stderr
        subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
        done = crescent(*TINY, output=disk)
        assert done.returncode == 0, tail(done)
        assert differences(contents(undisturbed), contents(run_folder(disk))) == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
