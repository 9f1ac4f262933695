"""`report.html` of a run that is not at its end: after every stage, after an interrupt, and whenever somebody asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from crescent.errors import CrescentError
from crescent.loop.execution.executor import Executor
from crescent.loop.stages.context import Context
from crescent.reporting.completed import REPORT
from crescent.reporting.report.page import write
from crescent.reporting.summary.gather import gather
from crescent.runs.manifest import MANIFEST, Manifest

INTERRUPTED = "it was interrupted; the same command goes on from here"


def write_page(context: Context, note: str | None = None) -> None:
    """Write the page from what the folder holds. `note`: why the run does not go on at present; None: it is at work.

    Raises:
        DamagedError: a file of a finished stage cannot be read.
    """
    summary = gather(context, note, stopped=note is not None)
    if note is None:
        summary = msgspec.structs.replace(summary, state="running")
    write(summary, context.run.path / REPORT)


def with_page_as_it_goes(execute: Executor, context: Context) -> Executor:
    """`execute`, with the page written after every stage that this start finishes."""
    known = {path.parent for path in context.run.path.glob(f"*/*/{MANIFEST}")}

    def executed(stage: str, *arguments: Any) -> Manifest:
        manifest = execute(stage, *arguments)
        place = context.run.path / manifest.spec.stage
        if place not in known:
            known.add(place)
            _try(context)
        return manifest

    return executed


@contextmanager
def page_if_cut_short(context: Context) -> Iterator[None]:
    """Let the page say that the run was interrupted or has failed, if the block is or does."""
    try:
        yield
    except KeyboardInterrupt:
        _try(context, INTERRUPTED)
        raise
    except Exception as error:
        _try(context, f"it failed: {error if isinstance(error, CrescentError) else type(error).__name__}")
        raise


def _try(context: Context, note: str | None = None) -> None:
    """A page that cannot be written is no reason to end a run, nor to hide why it ended: what is damaged is named by
    the stage that needs it, a defect by the page at the end."""
    try:
        write_page(context, note)
    except Exception as error:
        context.report.say(f"report.html could not be brought up to date: {error}")
