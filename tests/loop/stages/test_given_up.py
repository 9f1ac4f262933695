"""Comparisons of formulas that the vote gave up are counted, whoever votes, and said."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crescent.console.progress import Reporter
from crescent.loop.stages import answers, solving
from crescent.loop.stages.context import Context
from crescent.records import Question, Solution
from crescent.runs.manifest import Facts, Manifest
from crescent.voting import module
from tests.conftest import tiny

pytest.importorskip("math_verify")

LONG = ("x" + "+1" * 200, "1+" * 200 + "x", "2x" + "+3" * 200)
QUESTIONS = 5


def voted(context: Context, rank: int = 0, world_size: int = 1) -> Manifest | None:
    """The stage with all solutions there, three answers each that are too long to be compared."""
    context.rank, context.world_size = rank, world_size
    asked = context.run.stage("round-01/questions", 1, {}, {})
    if (questions := asked.finished()) is None:
        asked.begin()
        names = [f"q{number}" for number in range(QUESTIONS)]
        asked.shards("accepted").write(0, [Question(id=name, round=1, wave=1, text="?") for name in names])
        questions = asked.finish(Facts())
        solutions = [
            Solution(
                question=name,
                sample=number,
                text=answer,
                answer=answer,
                match="marker",
                stop="stop",
                tokens=1,
                logprob=0.0,
            )
            for name in names
            for number, answer in enumerate(LONG)
        ]
        stage = context.run.stage("round-01/answers", 1, {}, {})
        stage.shards("solutions/00").write(0, solutions)
    if rank == 0:
        return answers.run(context, "round-01", context.base, questions)
    rows = [Question(id=f"q{number}", round=1, wave=1, text="?") for number in range(QUESTIONS)]
    solving._vote(context, context.run.stage("round-01/answers", 1, {}, {}), rows, made=1)
    return None


@pytest.fixture
def context(tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(module, "QUESTIONS", 1)
    monkeypatch.setattr(solving, "generate", lambda *arguments, **options: None)  # the solutions are there
    config = tiny()
    config.voting.symbolic, config.voting.samples = True, 3
    return context_of(tmp_path, config)


def test_they_are_a_fact_of_the_stage_and_a_line(context: Context) -> None:
    text = StringIO()
    context.report = Reporter(Console(file=text, width=300))
    manifest = voted(context)
    assert manifest is not None
    assert manifest.facts["comparisons_given_up"] == 3 * QUESTIONS
    assert f"{3 * QUESTIONS} comparisons of formulas were given up" in text.getvalue()


def test_several_ranks_count_the_same(context: Context) -> None:
    context._exchange = context.run.path / "exchange"
    voted(context, rank=1, world_size=2)
    manifest = voted(context, rank=0, world_size=2)
    assert manifest is not None
    assert manifest.facts["comparisons_given_up"] == 3 * QUESTIONS
