"""What is around a run and not in its power: places, links, limits, readers that go away, a closed terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.commandline import TINY, begin, run_folder, tail

pytestmark = pytest.mark.system
ONE = (*TINY, "rounds=1", "evaluation.base=false", "evaluation.gate.enabled=false", "evaluation.tasks=[nano_math]")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A folder with a file, somebody else's folder, a link that leads in a circle and one that leads nowhere."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("mine")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["name="], 2, "name=: the name of the run's folder begins with it"),
        (["name=.."], 2, "name=..: the name of the run's folder begins with it"),
        (["output_dir="], 2, "output_dir is empty"),
        (["output_dir=."], 2, "must be at most 100 characters long; it has 300"),
        (["run_dir=/"], 1, "/ is not empty and no run folder"),
        (["run_dir=theirs"], 1, "theirs is not empty and no run folder (no config.yaml)"),
        (["run_dir=file"], 1, "file cannot be a folder: Not a directory"),
        (["output_dir=file"], 1, "cannot be a folder: Not a directory"),
        (["run_dir=circle"], 1, "circle cannot be a folder: Too many levels of symbolic links"),
        (["output_dir=circle"], 1, "cannot be a folder: Too many levels of symbolic links"),
        (["run_dir=nowhere"], 1, "nowhere cannot be a folder: No such file or directory"),
        (["run_dir=" + "d" * 300], 1, "cannot be a folder: File name too long"),
    ],
)
def test_a_place_where_no_run_can_be_is_refused_in_a_line(
    places: Path, arguments: list[str], code: int, line: str
) -> None:
    long = [f"name={'n' * 300}"] if "300" in line else []
    before = sorted(places.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "crescent", *arguments, *long],
        capture_output=True, text=True, check=False, cwd=places, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, tail(done)
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == (1 if code == 1 else 2)
    assert sorted(places.rglob("*")) == before


def shell(line: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """A line of bash in which `crescent` is the command."""
    command = f'set -o pipefail; crescent() {{ {sys.executable} -m crescent "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=folder, timeout=280)


def test_a_reader_of_an_answer_may_go_away(tmp_path: Path) -> None:
    done = shell("crescent --keys | head -1", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_a_full_standard_output_is_said(tmp_path: Path) -> None:
    done = shell("crescent --help > /dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "standard output cannot be written (No space left on device)\n"


def test_a_home_that_cannot_be_written_is_told_of_hf_home(tmp_path: Path) -> None:
    done = shell("unset XDG_CACHE_HOME HF_HOME HF_DATASETS_CACHE; HOME=/dev/null/me crescent", tmp_path)
    assert done.returncode == 2, tail(done)
    assert "benchmarks keep their data in /dev/null/me/.cache/huggingface/datasets, which cannot" in done.stderr
    assert "HF_HOME=FOLDER" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_limit_on_file_sizes_is_said(tmp_path: Path) -> None:
    done = shell("ulimit -f 1; crescent +experiment=nano_quick", tmp_path)
    assert done.returncode == 1, tail(done)
    begun, error = done.stderr.splitlines()
    assert "loading" in begun
    assert "is larger than a file may be here (ulimit -f)" in error


@pytest.mark.parametrize("executor", ["inline", "process"])
def test_a_run_outlives_the_readers_of_its_output(tmp_path: Path, executor: str) -> None:
    process = begin(*ONE, f"executor={executor}", output=tmp_path)
    assert process.stdout is not None and process.stderr is not None
    process.stderr.readline()
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=280) == 0
    assert json.loads((run_folder(tmp_path) / "status.json").read_text())["state"] == "complete"
