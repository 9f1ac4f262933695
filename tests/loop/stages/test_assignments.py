"""Orders are files that appear one after another; what is no assignment yet is waited for, what is damaged is not."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from crescent.config.schema import Sampling
from crescent.generation.request import Request
from crescent.loop.stages import assignments
from crescent.loop.stages.context import Context

ContextOf = Callable[..., Context]


def finished_after(looks: int) -> Any:
    """A stage that is finished at the look after so many."""
    left = iter([None] * looks)
    return SimpleNamespace(finished=lambda: next(left, "the manifest"))


def test_an_order_that_is_not_there_yet_is_waited_for(tmp_path: Path, context_of: ContextOf) -> None:
    context = context_of(tmp_path, _exchange=tmp_path)
    assert assignments.follow_assignments(context, finished_after(3), context.base, Sampling()) == "the manifest"


def test_orders_are_followed_one_after_another(
    tmp_path: Path, context_of: ContextOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[tuple[str, list[Request]]] = []
    monkeypatch.setattr(
        assignments, "generate", lambda context, stage, kind, *, requests, **rest: followed.append((kind, requests))
    )
    context = context_of(tmp_path, _exchange=tmp_path)
    given = [assignments.Assignment(f"waves/{number:03d}", [Request(f"q{number}", "?")]) for number in (1, 2)]
    for number, assignment in enumerate(given, start=1):
        assignments.assign(context, number, assignment)
    assignments.follow_assignments(context, finished_after(3), context.base, Sampling())
    assert followed == [(assignment.kind, assignment.requests) for assignment in given]


def test_a_damaged_order_is_not_taken_for_one_that_is_still_to_come(tmp_path: Path, context_of: ContextOf) -> None:
    context = context_of(tmp_path, _exchange=tmp_path)
    assignments.assign(context, 1, assignments.Assignment("rows", []))
    [path] = (tmp_path / "assignments").iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(msgspec.DecodeError):
        assignments.follow_assignments(context, finished_after(3), context.base, Sampling())


def test_an_order_that_cannot_be_read_is_an_error(tmp_path: Path, context_of: ContextOf) -> None:
    context = context_of(tmp_path, _exchange=tmp_path)
    (tmp_path / "assignments" / "1.json").mkdir(parents=True)
    with pytest.raises(OSError, match=r"1\.json"):
        assignments.follow_assignments(context, finished_after(3), context.base, Sampling())
