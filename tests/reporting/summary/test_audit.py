import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.commands.vote import _figures
from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.nano.solver import solve
from crescent.records import Consensus, Question
from crescent.reporting.summary.audit import audit, truth
from crescent.runs.shards import ShardFolder
from crescent.voting.truth import Judge
from tests.conftest import tiny


def test_the_truth_comes_from_the_configured_source() -> None:
    question = "Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have now?"
    assert truth("nano")(question) == "17"
    assert truth("nano")("How many angels dance on 1 pin?") is None
    assert truth("none")(question) is None


@pytest.mark.parametrize("number", [1, 2])
def test_the_figures_are_those_of_the_rows(finished_run: Path, context_of: Callable[..., Context], number: int) -> None:
    folder = finished_run / f"round-{number:02d}"
    bins, found = audit(context_of(finished_run), number)
    assert found is not None
    outcomes = list(ShardFolder(folder / "answers" / "consensus").stream(Consensus))
    known = {
        q.id: str(solved)
        for q in ShardFolder(folder / "questions" / "accepted").stream(Question)
        if (solved := solve(q.text)) is not None
    }
    assert sum(row.questions for row in bins) == len(outcomes)
    assert sum(row.known for row in bins) == len(known) > 0
    for row in bins:
        ours = [c for c in outcomes if (c.votes, c.samples) == (row.votes, row.samples)]
        assert row.questions == len(ours)
        assert row.correct == sum(c.question in known and c.answer == known[c.question] for c in ours)
    judged = [c for c in outcomes if c.reason is None and c.question in known]
    assert found.known == len(judged)
    assert found.unknown == sum(c.reason is None for c in outcomes) - len(judged)
    right = sum(c.answer == known[c.question] for c in judged)
    assert found.label_accuracy == (right / len(judged) if judged else None)
    singles = [s.answer == known[s.question] for s in solutions(folder / "answers") if s.question in known]
    assert found.single_sample_accuracy == sum(singles) / len(singles)


def test_without_a_source_nothing_is_judged(finished_run: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    config.evaluation.audit = "none"
    bins, found = audit(context_of(finished_run, config), 1)
    assert found is None
    assert {(row.known, row.correct) for row in bins} == {(0, 0)}


def test_an_answer_in_another_form_is_as_right(copied_run: Path, context_of: Callable[..., Context]) -> None:
    """What the vote takes for the same, the audit and a revote do too: 1800% is 18."""
    context, folder = context_of(copied_run), copied_run / "round-01"
    bins, before = audit(context, 1)
    assert before is not None
    shards = ShardFolder(folder / "answers" / "consensus")
    outcomes = list(shards.stream(Consensus))
    for outcome in outcomes:
        outcome.answer = f"{outcome.answer}00%" if outcome.answer and outcome.answer.isdecimal() else outcome.answer
    shutil.rmtree(folder / "answers" / "consensus")
    shards.write(0, outcomes)
    assert audit(context, 1)[0] == bins
    assert any(row.correct for row in bins)
    known = truth("nano")
    truths = {q.id: known(q.text) for q in ShardFolder(folder / "questions" / "accepted").stream(Question)}
    found = _figures(outcomes, truths, Judge(tiny().voting))
    assert (found["known"], found["label_accuracy"]) == (before.known, before.label_accuracy)
