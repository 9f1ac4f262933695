"""Which server writes for a stage: one that runs already, or one that is started for the model."""

from dataclasses import replace
from pathlib import Path

from crescent.config.schema import Config
from crescent.errors import ModelError, StageError
from crescent.generation.adapters import with_adapter
from crescent.generation.endpoint import Endpoint, Reached, reach_all
from crescent.generation.logprobs import check_logprobs, needed_by
from crescent.generation.server_backend import ServerBackend
from crescent.generation.server_process import ServerProcess
from crescent.loop.stages.context import Context, ModelRef
from crescent.models.load import load_tokenizer
from crescent.runs.atomic import digest
from crescent.runs.stage import Stage
from crescent.training.fit import ADAPTER

SERVED = "server"
"""The event that says which model the servers had when a stage began."""


def server_backend(context: Context, stage: Stage, ref: ModelRef, devices: str | None) -> ServerBackend:
    """What generates with `ref` for `stage`. `devices`: the GPUs for a server that is started.

    Raises:
        StageError: the servers that run already have another model.
        ModelError: the command does not bring up a server, or no server answers.
    """
    config, model = context.config.backend, context.settings(ref)
    place, _ = context.place(ref)
    tokenizer = load_tokenizer(model, place) if config.endpoint == "completions" else None

    def tell(line: str) -> None:
        stage.tell("servers", said=line)
        context.report.say(line)

    if config.command is None:
        adapter = None if ref == context.base else _adapter(context, ref)
        return ServerBackend(config, tokenizer, find=lambda: _running(context, stage, ref, adapter), tell=tell)

    def start() -> ServerProcess:
        context.report.say(f"starting `{config.command}` for {ref.label}")
        name = "server.log" if context.is_main else f"server-{context.rank}.log"
        process = ServerProcess(config, place, context.run.path / name, devices)
        _check_vote(context.config, process.endpoint)
        return process

    process = context.engine(ref, start)
    return ServerBackend(config, tokenizer, find=lambda: Reached([process.endpoint]), ended=process.ended, tell=tell)


def _adapter(context: Context, ref: ModelRef) -> Path:
    """What `ref` has learned, beside its merged weights.

    Raises:
        StageError: it is not there, or is not to be loaded: then a server that runs already cannot write with `ref`.
    """
    folder = Path(ref.path).parent / ADAPTER
    if not context.config.backend.adapters or not folder.is_dir():
        raise StageError(f"backend=server writes with the model it serves and not with {ref.label}")
    return folder


def _running(context: Context, stage: Stage, ref: ModelRef, adapter: Path | None) -> Reached:
    """The servers, which must have the model that the run began with, and get the adapter.

    Raises:
        ModelError: nobody answers, or with another model, or the adapter cannot be loaded.
    """
    config = context.config.backend
    reached = reach_all(config)
    served = reached.endpoints[0].model
    before = next((event for event in context.run.events if event.get("event") == SERVED), None)
    if before is None:
        stage.tell(SERVED, model=served)
    elif before["model"] != served:
        raise ModelError(
            f"backend.url {reached.endpoints[0].url} serves {served} now, and this run began with {before['model']}: "
            "start the server with that model, or under that name if it is the same"
        )
    if adapter is None:
        return reached
    name = f"{ref.label}-{digest(ref.identity.encode())[:12]}"
    adapted = [with_adapter(endpoint, config, name, adapter) for endpoint in reached.endpoints]
    return Reached(adapted, [(replace(endpoint, model=name), problem) for endpoint, problem in reached.missing])


def _check_vote(config: Config, endpoint: Endpoint) -> None:
    if (key := needed_by(config)) is not None:
        check_logprobs(endpoint, config.backend, key)
