"""What must hold between the keys of `backend=server`: where the servers are, or how one is started."""

import re
import shlex
from collections.abc import Iterator
from urllib.parse import urlsplit

from crescent.config.check import Mistake
from crescent.config.schema import Config

FIELD = re.compile(r"\{(\w+)\}")
FIELDS = ("model", "port")


def servers_are_named(config: Config) -> Iterator[Mistake]:
    backend = config.backend
    if backend.name != "server":
        return
    given = [("backend.url", backend.url), *(("backend.urls", url) for url in backend.urls)]
    named = [(key, url) for key, url in given if url is not None]
    if not named and backend.command is None:
        yield Mistake(
            ("backend.url", "backend.urls", "backend.command", "backend.name"),
            "backend.url: backend=server needs the API's address, or backend.command, which starts a server",
        )
    if named and backend.command is not None:
        yield Mistake(
            (named[0][0], "backend.command"),
            f"{named[0][0]} is where a server runs already, and backend.command starts one: give one of them",
        )
    for key, url in named:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield Mistake((key,), f"{key}={url}: must begin with http:// or https:// and a host")
        elif parts.username or parts.password or parts.query:
            # Not shown: it may hold a key.
            yield Mistake(
                (key, "backend.key_variable"),
                f"{key}: keys belong into the environment, see backend.key_variable, not into the URL",
            )


def a_started_server_gets_model_and_port(config: Config) -> Iterator[Mistake]:
    key, command = ("backend.command",), config.backend.command
    if command is None:
        return
    if config.backend.name != "server":
        yield Mistake((*key, "backend.name"), "backend.command starts a server: take backend=server with it")
        return
    try:
        words = shlex.split(command)
    except ValueError as error:
        yield Mistake(key, f"backend.command: cannot be split into words ({error}): are all quotes closed?")
        return
    found = {name for word in words for name in FIELD.findall(word)}
    if missing := [f"{{{name}}}" for name in FIELDS if name not in found]:
        yield Mistake(
            key,
            f"backend.command={command}: lacks {' and '.join(missing)}; the model's folder and a free port are put "
            "there, as in `vllm serve {model} --port {port}`",
        )
    if unknown := sorted(f"{{{name}}}" for name in found - set(FIELDS)):
        yield Mistake(key, f"backend.command: {', '.join(unknown)} is not known: there are {{model}} and {{port}}")
    if words and FIELD.search(words[0]):
        yield Mistake(key, "backend.command: begins with the program, which cannot follow from {model} or {port}")
    if any(word == "--api-key" or word.startswith("--api-key=") for word in words):
        yield Mistake(
            (*key, "backend.key_variable"),
            "backend.command: keys belong into the environment (such as VLLM_API_KEY), which the server gets too",
        )


def every_round_has_its_writer(config: Config) -> Iterator[Mistake]:
    backend = config.backend
    if (
        backend.name == "server"
        and not backend.command
        and not backend.adapters
        and config.rounds > 1
        and (config.student is None)
    ):
        yield Mistake(
            ("rounds", "backend.name", "backend.command", "backend.adapters"),
            f"rounds={config.rounds}: a server that runs already writes with the model it serves, not with the one "
            "that round 1 trains: let backend.command start one for each round, or take backend.adapters, rounds=1 or "
            "a distillation",
        )


def adapters_can_be_loaded(config: Config) -> Iterator[Mistake]:
    backend, training = config.backend, config.training
    if not backend.adapters:
        return
    needs = (
        ("backend.name", backend.name == "server", "backend=server"),
        ("backend.command", backend.command is None, "a server that runs already (one that is started has the model)"),
        ("student", config.student is None, "self-improvement (a teacher is never trained)"),
        ("training.method", training.method == "lora", "training.method=lora"),
        ("training.lora.keep_adapter", training.lora.keep_adapter, "training.lora.keep_adapter=true"),
        ("training.start_from", training.start_from == "base", "training.start_from=base"),
    )
    if wanted := {key: what for key, holds, what in needs if not holds}:
        yield Mistake(("backend.adapters", *wanted), f"backend.adapters needs {', '.join(wanted.values())}")
