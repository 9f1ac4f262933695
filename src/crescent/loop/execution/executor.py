"""What the loop calls in place of a stage's function, so that it does not know which process runs it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from crescent.loop.stages.context import Context
from crescent.loop.stages.table import EVALUATION
from crescent.runs.manifest import Manifest

Executor = Callable[..., Manifest]
"""`execute(STAGE, *arguments)` is `crescent.loop.stages.STAGE.run(context, *arguments)`, wherever that happens."""


def executor(context: Context) -> Executor:
    """The executor that the configuration asks for."""
    config = context.config
    if config.executor == "inline" and not config.evaluation.isolated:
        return lambda stage, *arguments: run_here(context, stage, arguments)
    from crescent.loop.execution.process import ProcessExecutor

    apart = ProcessExecutor(context)
    if config.executor != "inline":
        return apart

    def execute(stage: str, *arguments: Any) -> Manifest:
        if stage != EVALUATION.name:
            return run_here(context, stage, arguments)
        context.release()
        return apart(stage, *arguments)

    return execute


def run_here(context: Context, stage: str, arguments: tuple[Any, ...]) -> Manifest:
    """Run a stage in this process."""
    manifest: Manifest = import_module(f"crescent.loop.stages.{stage}").run(context, *arguments)
    return manifest
