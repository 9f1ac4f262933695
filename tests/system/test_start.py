"""What a person sees in the first seconds."""

from pathlib import Path

import pytest

from tests.system.commandline import TINY, begin

pytestmark = [pytest.mark.slow, pytest.mark.system]


def test_the_first_line_says_what_is_being_loaded(tmp_path: Path) -> None:
    process = begin(*TINY, "name=early", "run_dir=" + str(tmp_path / "early"), output=tmp_path)
    assert process.stderr is not None
    first = process.stderr.readline()
    process.terminate()
    process.communicate()
    assert first == f"{tmp_path / 'early'}: loading PyTorch and embedded:nano\n"
    assert not (tmp_path / "early/round-01").exists()
