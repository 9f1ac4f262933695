"""A run whose text comes from a server: real command line, real sockets, the embedded model behind them."""

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from crescent.models.load import Loaded
from tests.generation.api import Api, serving, status
from tests.system.commandline import TINY, crescent, run_folder, tail

KEY = "open-sesame-0815"
SERVED = ("backend=server", "rounds=1", "backend.batch_size=4", "backend.pause=0.05", "backend.key_variable=MY_KEY")
SMALL = (
    "questions.target=12",
    "questions.wave_size=16",
    "questions.max_waves=1",
    "voting.samples=2",
    "voting.min_votes=1",
)

pytestmark = pytest.mark.system


@pytest.mark.slow
def test_a_run_with_a_server_that_stumbles_leaves_no_key_behind(nano: Loaded, tmp_path: Path) -> None:
    api = Api(nano, key=KEY, faults=[status(503), status(429, retry_after="0.1")])
    with serving(api):
        done = crescent(
            *TINY, *SERVED, *SMALL, f"backend.url={api.url}", output=tmp_path, env=os.environ | {"MY_KEY": KEY}
        )
        assert done.returncode == 0, tail(done)
        asked = len(api.bodies)
        again = crescent(
            *TINY, *SERVED, *SMALL, f"backend.url={api.url}", output=tmp_path, env=os.environ | {"MY_KEY": KEY}
        )
    assert "This run is complete" in again.stdout
    assert len(api.bodies) == asked > 30
    folder = run_folder(tmp_path)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in done.stdout + done.stderr
    assert "MY_KEY" in (folder / "config.yaml").read_text()


@pytest.mark.parametrize(
    ("models", "message"), [(None, "no answer"), (("other", "another"), "serves another, other: choose one")]
)
def test_a_server_that_will_not_do_is_told_in_a_line_before_any_work(
    models: tuple[str, ...] | None, message: str, tmp_path: Path
) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with serving(Api(models=models or ())) as api:
        done = crescent(*TINY, *SERVED, f"backend.url={api.url if models else url}", output=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not api.bodies
    assert not list(tmp_path.iterdir())
