import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crescent.config.schema import Dedup, Minhash
from crescent.dedup import NearDuplicateIndex
from crescent.errors import DamagedError, RunFolderError

CONFIG = Dedup(minhash=Minhash(permutations=64, threshold=0.8))


def filled(folder: Path, waves: int = 3) -> NearDuplicateIndex:
    index = NearDuplicateIndex(CONFIG, folder)
    for wave in range(waves):
        index.add([f"question {wave} x{row} y{row * wave}" for row in range(5)], [f"w{wave}-{row}" for row in range(5)])
    return index


def segments(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("segment-*"))


def test_arrays_are_memory_mapped_and_segments_are_few(tmp_path: Path) -> None:
    index = filled(tmp_path, waves=20)
    assert len(index) == 100 and "w7-3" in index and "w20-0" not in index and 7 not in index
    reopened = NearDuplicateIndex(CONFIG, tmp_path)
    assert list(reopened) == list(index)
    assert len(segments(tmp_path)) <= 8
    pool = reopened._pool
    assert all(isinstance(array, np.memmap) for segment in pool for array in segment.arrays.values())


@pytest.mark.parametrize("leftover", ["segment-000099", ".partial-12-segment-000003"])
def test_a_half_written_segment_is_ignored_and_cleared(tmp_path: Path, leftover: str) -> None:
    before = list(filled(tmp_path))
    (tmp_path / leftover).mkdir()
    (tmp_path / leftover / "rows.jsonl").write_text('["w9-9", "half')
    (tmp_path / ".partial-12-manifest.json").write_text("{")
    index = NearDuplicateIndex(CONFIG, tmp_path)
    assert list(index) == before
    index.add(["something new"], ["new"])
    assert list(NearDuplicateIndex(CONFIG, tmp_path)) == [*before, ("new", "something new")]
    assert not (tmp_path / leftover).exists() and not list(tmp_path.glob(".partial-*"))


KILLED = """
import os, sys
from crescent.dedup import NearDuplicateIndex
from crescent.dedup.store import SegmentStore
index = NearDuplicateIndex({"minhash": {"permutations": 64, "threshold": 0.8}}, sys.argv[1])
SegmentStore.commit = lambda self, segments: os._exit(9)
index.add(["written but never named"], ["lost"])
"""


def test_a_kill_before_the_manifest_loses_only_that_wave(tmp_path: Path) -> None:
    before = list(filled(tmp_path))
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == 9
    index = NearDuplicateIndex(CONFIG, tmp_path)
    assert list(index) == before and "lost" not in index
    index.add(["written but never named"], ["lost"])
    assert "lost" in NearDuplicateIndex(CONFIG, tmp_path)


def test_another_configuration_is_refused_by_name(tmp_path: Path) -> None:
    filled(tmp_path)
    other = Dedup(minhash=Minhash(permutations=64, threshold=0.9, size=3))
    with pytest.raises(RunFolderError, match=r"other settings \(minhash.size, minhash.threshold\)"):
        NearDuplicateIndex(other, tmp_path)


@pytest.mark.parametrize("name", ["rows.jsonl", "minhash.table.npy", "minhash.shingles.npy", "row_offsets.npy"])
@pytest.mark.parametrize("how", ["cut", "gone", "flipped"])
def test_damage_is_noticed(tmp_path: Path, name: str, how: str) -> None:
    filled(tmp_path)
    path = tmp_path / segments(tmp_path)[0] / name
    content = path.read_bytes()
    damaged = {"cut": content[:-3], "flipped": content[:-1] + bytes([content[-1] ^ 4])}
    path.unlink() if how == "gone" else path.write_bytes(damaged[how])
    with pytest.raises(DamagedError, match=r"segment-\d+"):
        NearDuplicateIndex(CONFIG, tmp_path)


def test_a_missing_segment_and_a_torn_manifest_are_noticed(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "manifest.json"
    content = manifest.read_text()
    assert list(json.loads(content)["content"]["segments"]) == segments(tmp_path)
    manifest.write_text(content[:-20])
    with pytest.raises(DamagedError):
        NearDuplicateIndex(CONFIG, tmp_path)
    manifest.write_text(content)
    shutil.rmtree(tmp_path / segments(tmp_path)[0])
    with pytest.raises(DamagedError, match="missing"):
        NearDuplicateIndex(CONFIG, tmp_path)
