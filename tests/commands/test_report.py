"""`python -m crescent report`, and the page while a run is at work, after an interrupt, and cut."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crescent.commands.run import start
from crescent.errors import ModelError
from crescent.loop.stages import answers
from crescent.runs.folder import write_json
from tests.conftest import tiny

pytestmark = pytest.mark.slow


def report(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "crescent", "report", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def text_of(folder: Path) -> str:
    page = re.sub(r"<[^>]*>", "", (folder / "report.html").read_text())
    return " ".join(page.split())


@pytest.fixture
def half(copied_run: Path) -> Path:
    """A run that was killed in its second round, without a page."""
    shutil.rmtree(copied_run / "round-02")
    for name in ("summary.json", "report.html"):
        (copied_run / name).unlink()
    write_json(copied_run / "status.json", {"state": "running"})
    return copied_run


def test_an_interrupted_run_has_a_page_when_asked_for(half: Path) -> None:
    done = report(str(half))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["interrupted, 6 of 11 stages", f"Report: {half / 'report.html'}"]
    assert "The run ended early: it was interrupted; the same command goes on from here." in text_of(half)
    assert "Round 1" in text_of(half)
    assert not (half / "summary.json").exists()  # that is written by the run, at its end


def test_the_page_of_a_complete_run_is_its_own(copied_run: Path) -> None:
    before = (copied_run / "report.html").read_bytes()
    (copied_run / "report.html").unlink()
    assert report(str(copied_run)).returncode == 0
    assert (copied_run / "report.html").read_bytes() == before


def test_the_page_goes_along_with_the_run_and_says_that_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for at the start of the second stage, whose beginning is where this run is interrupted."""
    pages = []

    def interrupt(*arguments: object) -> None:
        pages.append(text_of(tmp_path))
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "run", interrupt)
    config = tiny()
    config.evaluation.base = False
    with pytest.raises(KeyboardInterrupt):
        start(config, tmp_path)
    assert "The run is still going" in pages[0]
    assert "raw questions written" in pages[0]
    assert "The run ended early: it was interrupted" in text_of(tmp_path)


def test_the_page_of_a_failed_run_says_what_failed(copied_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ModelError("the model does not fit into memory")

    (copied_run / "status.json").unlink()
    monkeypatch.setattr(answers, "run", fail)
    with pytest.raises(ModelError):
        start(tiny(), copied_run)
    assert "The run ended early: it failed: the model does not fit into memory." in text_of(copied_run)


def test_a_cut_page_is_written_again_at_the_next_start(copied_run: Path) -> None:
    page = copied_run / "report.html"
    whole = page.read_bytes()
    page.write_bytes(whole[: len(whole) // 2])
    assert start(tiny(), copied_run) == 0
    assert page.read_bytes() == whole


def test_a_wrong_folder_is_said_in_a_line(finished_run: Path) -> None:
    done = report(str(finished_run / "round-01"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{finished_run / 'round-01'}: it is no run folder.")
    assert str(finished_run) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_says_what_it_is_for() -> None:
    done = report("--help")
    assert done.returncode == 0
    assert "python -m crescent report [-h] FOLDER" in done.stdout
    assert "interrupted" in done.stdout
