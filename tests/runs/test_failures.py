"""An error that ends a run is a line on the screen, and its whole chain in the run's folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from crescent.commands.table import start
from crescent.errors import ConfigError, DataError, ModelError, ProcessError, RunFolderError, StageError
from crescent.loop.execution.executor import executor
from crescent.loop.execution.task import Outcome
from crescent.loop.stages.context import Context
from crescent.runs.failures import chain, keep, keeping, screen_message
from crescent.runs.folder import TRACEBACK
from tests.conftest import tiny
from tests.loop.execution.test_process import in_processes, manifest
from tests.loop.execution.test_task import task
from tests.runs.test_redact import HIDDEN
from tests.test_conf_tree import composed


def raised(error: Exception, cause: str | None = None, hidden: bool = False) -> Exception:
    """The error as it is when it has been raised, over a cause if there is one."""
    try:
        if cause is None:
            raise error
        try:
            raise OSError(cause)
        except OSError as first:
            if hidden:
                raise error from None
            raise error from first
    except type(error) as found:
        return found


def test_the_chain_has_causes_that_the_message_leaves_out() -> None:
    text = chain(raised(ModelError("cannot be loaded"), "no such weights", hidden=True))
    assert text.index("OSError: no such weights") < text.index("led to") < text.index("ModelError: cannot be loaded")
    assert text.count("Traceback (most recent call last)") == 2


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert chain(one).count("ValueError: one") == 1


def test_secrets_are_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_0123456789")
    monkeypatch.setenv("OF_MY_SERVER", "open-sesame")
    error = raised(ValueError("asked https://me:word@host/v1 with hf_0123456789 and open-sesame"))
    path = keep(error, tmp_path, "OF_MY_SERVER")
    assert path is not None
    for text in (path.read_text(), screen_message(error)):
        assert "hf_0123456789" not in text
        assert "word@" not in text
        assert HIDDEN in text
    assert "open-sesame" not in path.read_text()


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (raised(ValueError("a defect")), True),
        (raised(StageError("no questions left")), True),
        (raised(ProcessError("was killed")), True),
        (raised(ModelError("cannot be loaded"), "cut"), True),
        (raised(ModelError("cannot be loaded"), "cut", hidden=True), True),
        (raised(DataError("row 1: no text")), False),
        (raised(ConfigError(["rounds=0"]), "cut"), False),
        (raised(RunFolderError("in use"), "locked"), False),
    ],
    ids=lambda value: f"{value!r}",
)
def test_what_is_kept(tmp_path: Path, error: Exception, kept: bool) -> None:
    if hasattr(error, "_crescent_kept_in"):
        del error._crescent_kept_in
    with pytest.raises(type(error)), keeping(tmp_path):
        raise error
    assert (tmp_path / TRACEBACK).exists() == kept
    assert (f"Details: {tmp_path / TRACEBACK}" in screen_message(error)) == kept


def test_no_folder_is_made_for_it(tmp_path: Path) -> None:
    error = raised(ModelError("cannot be loaded"), "cut")
    assert keep(error, tmp_path / "run") is None
    assert not (tmp_path / "run").exists()
    assert screen_message(error) == "cannot be loaded"


def test_it_is_kept_in_the_innermost_folder_and_the_screen_says_which(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    error = raised(ValueError("a\ndefect"))
    with pytest.raises(ValueError, match="defect"), keeping(tmp_path), keeping(tmp_path / "arm"):
        raise error
    assert not (tmp_path / TRACEBACK).exists()
    assert screen_message(error) == f"A defect: ValueError (a)\nDetails: {tmp_path / 'arm' / TRACEBACK}"


def test_a_stage_that_cannot_go_on_leaves_it_and_the_next_start_takes_it_away(
    copied_run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crescent.loop.stages import answers

    def fail(*arguments: object) -> None:
        raise StageError("nothing to vote on") from KeyError("the cause")

    (copied_run / "status.json").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(answers, "run", fail)
        assert start(tiny(), copied_run) == 1
    assert f"Details: {copied_run / TRACEBACK}" in capsys.readouterr().err
    text = (copied_run / TRACEBACK).read_text()
    assert "KeyError: 'the cause'" in text
    assert "StageError: nothing to vote on" in text
    assert start(tiny(), copied_run) == 0
    assert not (copied_run / TRACEBACK).exists()


def test_what_a_process_raised_keeps_its_cause_on_the_other_side() -> None:
    error = raised(StageError("no pair is left"), "cut")
    again = Outcome.failed(task(), error, chain(error)).raised()
    assert str(again) == "no pair is left"
    assert "OSError: cut" in chain(again)


@pytest.mark.parametrize("devices", [1, 2])
def test_a_crash_in_a_process_is_in_the_runs_own_chain(
    copied_run: Path, context_of: Callable[..., Context], devices: int
) -> None:
    asked = manifest(copied_run, "round-01/questions")
    shutil.rmtree(copied_run / "round-01/answers")
    (copied_run / "round-01/answers").write_text("in the way of the stage's folder")
    context = context_of(copied_run, in_processes(devices))
    with pytest.raises(ProcessError) as told_error:
        executor(context)("answers", "round-01", context.base, asked)
    text = chain(told_error.value)
    assert "in run" in text
    assert "round-01/answers" in text
    assert "FileExistsError" in text or "NotADirectoryError" in text


@pytest.mark.system
def test_a_defect_on_the_real_command_line_is_two_lines(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(asdict(composed("+experiment=nano_quick"))))
    (folder / "events.jsonl").mkdir()
    command = [sys.executable, "-m", "crescent", "+experiment=nano_quick", f"run_dir={folder}"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=200, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "A defect: IsADirectoryError" in done.stderr
    assert done.stderr.rstrip().endswith(f"Details: {folder / TRACEBACK}")
    assert "Traceback (most recent call last)" in (folder / TRACEBACK).read_text()
