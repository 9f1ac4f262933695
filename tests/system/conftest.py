"""One undisturbed run, made once and compared with by all tests here."""

from pathlib import Path

import pytest

from tests.system.commandline import TINY, crescent, run_folder, tail


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a complete tiny run."""
    output = tmp_path_factory.mktemp("undisturbed")
    done = crescent(*TINY, output=output)
    assert done.returncode == 0, tail(done)
    return run_folder(output)
