"""The hub as it answers, from a server on this machine that says what the real one would."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crescent.config.schema import Model
from crescent.errors import ModelError
from crescent.models.locate import reach

MODEL = {"id": "org/open", "modelId": "org/open", "gated": False, "siblings": [], "tags": [], "private": False}


class Hub(BaseHTTPRequestHandler):
    """`org/open` is there with a branch `main`, `org/gated` is gated, anything else is unknown."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/api/models/org/open/revision/") and not path.endswith("/main"):
            self._refuse(404, "RevisionNotFound")
        elif path.startswith("/api/models/org/gated/auth-check"):
            self._refuse(403, "GatedRepo")
        elif path.startswith(("/api/models/org/open", "/api/models/org/gated")):
            self._answer(200, MODEL | {"gated": "manual" if "gated" in path else False})
        else:
            self._refuse(404, "RepoNotFound")

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, {"error": code}, code)

    def _answer(self, status: int, content: dict[str, object], code: str | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    yield address
    server.shutdown()
    server.server_close()


def test_an_open_model_can_be_had(hub: str) -> None:
    for revision in (None, "main"):
        model = Model(path="org/open", revision=revision)
        reach(model)
        assert (model.path, model.revision) == ("org/open", revision)


@pytest.mark.parametrize(
    ("path", "revision", "message"),
    [
        ("org/unknown", None, r"model\.path org/unknown: the hub knows no such model"),
        ("org/open", "v9", r"model\.revision v9: org/open has no such branch"),
        ("org/gated", None, r"model\.path org/gated: gated\. Accept its licence at http://\S+/org/gated"),
        ("/models/nowhere", None, r"no such folder or file here"),
        ("./nowhere", None, r"no such folder or file here"),
        ("a/b/c", None, r"no such folder or file here"),
    ],
)
def test_what_cannot_be_had_is_told_in_a_line(hub: str, path: str, revision: str | None, message: str) -> None:
    with pytest.raises(ModelError, match=message) as error:
        reach(Model(path=path, revision=revision))
    assert len(str(error.value).splitlines()) == 1


def test_without_a_network_an_unknown_id_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens on the discard port
    with pytest.raises(
        ModelError, match=r"org/none: no such folder here, not in the cache, and the hub does not answer"
    ):
        reach(Model(path="org/none"))
