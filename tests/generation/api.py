"""A small OpenAI-compatible server over real sockets: the embedded model answers, and faults happen on demand."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crescent.config.schema import Backend, Sampling
from crescent.generation.decode import Decoder, Prompt
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded

CONTEXT = 256
Fault = Callable[["Handler"], None]
"""Answers a request in place of the model, in whatever wrong way."""


@dataclass
class Api:
    """What the server serves and what it does wrong, and what it was asked."""

    loaded: Loaded | None = None
    models: tuple[str, ...] = ("nano",)
    key: str | None = None
    refused: tuple[str, ...] = ()
    """Fields that it turns down with 422."""
    faults: list[Fault] = field(default_factory=list)
    """Used up one by one by the next requests for completions."""
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    most: int = 0
    """The most requests that were under way at the same time."""
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _active: int = 0

    def settings(self, **more: Any) -> Backend:
        return Backend(name="server", url=self.url, pause=0.01, **more)

    def complete(self, body: dict[str, Any], chat: bool) -> dict[str, Any]:
        with self._lock:
            name = json.dumps(body, sort_keys=True)
            if name not in self._known:
                self._known[name] = self._computed(body, chat)
            return self._known[name]

    def _computed(self, body: dict[str, Any], chat: bool) -> dict[str, Any]:
        if self.loaded is None:
            text = f"{body['messages'][0]['content']} {body.get('seed')}" if chat else body["prompt"]
            return {"text": text, "stop": True, "tokens": 3, "prompt": 2, "logprob": -0.5}
        tokenizer = self.loaded.tokenizer
        ids = (
            prompt_ids(tokenizer, body["messages"][0]["content"])
            if chat
            else tokenizer(tokenizer.bos_token + body["prompt"], add_special_tokens=False)["input_ids"]
        )
        if len(ids) >= CONTEXT:
            return {"error": f"This model's maximum context length is {CONTEXT} tokens."}
        sampling = Sampling(body["temperature"], body["top_p"], max_new_tokens=body["max_tokens"])
        decoder = Decoder(self.loaded.model, self.loaded.stops, 16, CONTEXT)
        [[found]] = decoder.run([Prompt(ids, [body.get("seed", 0)])], sampling)
        return {
            "text": tokenizer.decode(found.tokens, skip_special_tokens=True),
            "stop": found.stopped,
            "tokens": len(found.tokens),
            "prompt": len(ids),
            "logprob": found.logprob,
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    api: Api
    body: dict[str, Any]
    """What was asked last on this connection."""

    def setup(self) -> None:
        super().setup()
        with self.api._lock:
            self.api._open.add(self.connection)

    def finish(self) -> None:
        with self.api._lock:
            self.api._open.discard(self.connection)
        super().finish()

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if not self._allowed():
            return
        data = [{"id": name, "object": "model"} for name in self.api.models]
        self.answer(200, {"object": "list", "data": data}) if self.path == "/v1/models" else self.answer(404, {})

    def do_POST(self) -> None:
        self.body = body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._allowed():
            return
        if self.path not in ("/v1/chat/completions", "/v1/completions"):
            return self.answer(404, {"detail": "Not Found"})
        api, chat = self.api, self.path == "/v1/chat/completions"
        with api._lock:
            api.bodies.append(body)
            api.times.append(time.monotonic())
            fault = api.faults.pop(0) if api.faults else None
            api._active += 1
            api.most = max(api.most, api._active)
        try:
            if fault is not None:
                fault(self)
            elif wrong := [name for name in api.refused if name in body]:
                self.answer(422, {"detail": f"Unexpected fields in the request: {wrong}"})
            else:
                found = api.complete(body, chat)
                error = {"error": {"message": found.get("error")}}
                self.answer(400, error) if "error" in found else self._give(found, chat)
        finally:
            with api._lock:
                api._active -= 1

    def answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _give(self, found: dict[str, Any], chat: bool) -> None:
        listed = [{"logprob": found["logprob"]}] * found["tokens"]
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop" if found["stop"] else "length"}
        if chat:
            choice |= {"message": {"role": "assistant", "content": found["text"]}, "logprobs": {"content": listed}}
        else:
            choice |= {"text": found["text"], "logprobs": {"token_logprobs": [token["logprob"] for token in listed]}}
        if "logprobs" in self.api.refused:
            choice.pop("logprobs")
        usage = {"prompt_tokens": found["prompt"], "completion_tokens": found["tokens"]}
        self.answer(200, {"choices": [choice], "usage": usage})

    def _allowed(self) -> bool:
        if self.api.key is not None and self.headers.get("Authorization") != f"Bearer {self.api.key}":
            self.answer(401, {"error": {"message": "no"}})
            return False
        return True


def moment(handler: Handler) -> None:
    """The right answer, so late that other servers get their share."""
    time.sleep(0.05)
    handler._give(handler.api.complete(handler.body, True), True)


def status(number: int, **headers: str) -> Fault:
    """Answers with a status and nothing of use."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(number, {"error": {"message": "in a bad way"}}, named)


def cut(handler: Handler) -> None:
    """Promises more than it sends, and hangs up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"mess')
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Says nothing at all."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def nonsense(handler: Handler) -> None:
    """Answers 200 with what is no completion."""
    handler.answer(200, {"choices": []})


def slow(seconds: float) -> Fault:
    """Takes its time, then hangs up."""

    def wait(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return wait


@contextmanager
def serving(api: Api, port: int = 0) -> Iterator[Api]:
    """Serve `api` while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"api": api}))
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        with api._lock, suppress(OSError):  # a process that ends takes its connections with it
            for connection in api._open:
                connection.shutdown(socket.SHUT_RDWR)
        thread.join()
