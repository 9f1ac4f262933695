"""What the two longest stages without rows of ours say while they are at work: how much is done of how much."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crescent.console import progress
from crescent.console.progress import Reporter
from crescent.loop.stages import evaluation, training
from crescent.loop.stages.context import Context
from tests.conftest import tiny
from tests.loop.stages.test_replay import taught


def talking(context: Context, monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """The context's reporter writes plain lines, all of them."""
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    text = StringIO()
    context.report = Reporter(Console(file=text, width=200, highlight=False))
    return text


def test_a_benchmark(tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny()
    config.evaluation.tasks, config.evaluation.limit = ["nano_skills"], 6
    context = context_of(tmp_path, config)
    text = talking(context, monkeypatch)
    evaluation.run(context, "base", context.base)
    lines = text.getvalue().splitlines()
    assert lines[0].startswith("base benchmarks: 0 of 12 requests")
    assert any(0 < done(line) < 12 and "s left" in line for line in lines)
    assert lines[-2].startswith("base benchmarks: 12 of 12 requests")


def done(line: str) -> int:
    return int(line.removeprefix("base benchmarks: ").partition(" of 12")[0]) if " of 12 requests" in line else 0


def test_training(tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    context = context_of(tmp_path)
    text = talking(context, monkeypatch)
    training.run(context, 1, context.base, taught(context, 20))
    lines = text.getvalue().splitlines()
    assert [line.partition(" steps")[0] for line in lines[:3]] == [
        f"round-01 training: {number} of 3" for number in (1, 2, 3)
    ]
