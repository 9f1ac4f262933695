"""Against a server that others wrote: `transformers serve`, with the embedded model behind it."""

import importlib.util
import json
import shutil
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crescent.config.schema import Backend, Sampling
from crescent.generation import endpoint, server_process
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.generation.server_process import ServerProcess
from crescent.models.load import Loaded
from crescent.models.locate import locate
from crescent.nano.wording import BAIT, SOLVE

COMMAND = shutil.which("transformers", path=str(Path(sys.executable).parent))
NEEDED = ("fastapi", "uvicorn", "openai")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING) or COMMAND is None, reason=f"transformers serve needs {', '.join(NEEDED)}"),
]
REQUESTS = [
    Request("a", BAIT, 3),
    Request("b", SOLVE.format(question="Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have?"), 2),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """`transformers serve` samples only from models whose own generation config says so."""
    folder = tmp_path_factory.mktemp("model") / "nano"
    shutil.copytree(locate("embedded:nano"), folder)
    settings = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(settings | {"do_sample": True, "top_k": 0}))
    return str(folder)


def start(model: str, log: Path) -> ServerProcess:
    """As a run starts it."""
    command = f"{COMMAND} serve {{model}} --port {{port}} --host 127.0.0.1 --device cpu"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("OMP_NUM_THREADS", "1")
        return ServerProcess(Backend(name="server", command=command, start_timeout=300), model, log)


@pytest.fixture(scope="module")
def server(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    process = start(model, tmp_path_factory.mktemp("serve") / "log")
    yield process
    process.close()


@pytest.mark.parametrize("kind", ["chat", "completions"])
def test_a_real_server_writes_what_the_model_writes(server: ServerProcess, model: str, kind: str, nano: Loaded) -> None:
    settings = Backend(name="server", url=server.endpoint.url, model=model, endpoint=kind, batch_size=2, retries=2)
    backend = ServerBackend(settings, nano.tokenizer)
    rows = backend.generate(REQUESTS, Sampling(max_new_tokens=60), 1, lambda *_: None)
    assert [(row.request, row.sample) for row in rows] == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]
    assert len({row.text for row in rows if row.request == "a"}) == 3
    assert all("?" in row.text or row.stop == "length" for row in rows if row.request == "a")
    assert all("####" in row.text or row.stop == "length" for row in rows if row.request == "b")
    assert all(0 < row.tokens <= 60 and row.prompt_tokens > 0 for row in rows)
    cut = backend.generate(REQUESTS[:1], Sampling(max_new_tokens=3), 1, lambda *_: None)
    assert {(row.stop, row.tokens) for row in cut} == {("length", 3)}


def test_a_real_server_may_restart(
    server: ServerProcess, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the same address, in the middle of a stream. The last test: it ends the server of the others."""
    url = server.endpoint.url
    settings = Backend(name="server", url=url, model=model, batch_size=1, retries=1000, pause=0.5)
    backend, sampling = ServerBackend(settings), Sampling(max_new_tokens=20)
    expected = backend.generate(REQUESTS, sampling, 1, lambda *_: None)
    port = urlsplit(url).port
    monkeypatch.setattr(endpoint, "LONGEST", 0.5)
    monkeypatch.setattr(server_process, "free_port", lambda: (port, socket.socket(socket.AF_UNIX)))
    stream = backend.stream([(0, REQUESTS[:1]), (1, REQUESTS[1:])], sampling, 1, lambda *_: None)
    rows = next(stream)[1]
    server.close()
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(start, model, tmp_path / "log")
        rows += [row for _, more in stream for row in more]
        again.result().close()
    assert rows == expected
