from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.nano.solver import solve
from crescent.records import Consensus, Question
from crescent.reporting.summary.audit import audit, truth
from crescent.run.shards import ShardFolder
from tests.conftest import tiny


def test_the_truth_comes_from_the_configured_source() -> None:
    question = "Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have now?"
    assert truth("nano")(question) == "17"
    assert truth("nano")("How many angels dance on 1 pin?") is None
    assert truth("none")(question) is None


@pytest.mark.parametrize("number", [1, 2])
def test_the_figures_are_those_of_the_rows(finished_run: Path, context_of: Callable[..., Context], number: int) -> None:
    folder = finished_run / f"round-{number:02d}"
    found = audit(context_of(finished_run), number)
    outcomes = list(ShardFolder(folder / "answers" / "consensus").stream(Consensus))
    known = {
        q.id: str(solved)
        for q in ShardFolder(folder / "questions" / "accepted").stream(Question)
        if (solved := solve(q.text)) is not None
    }
    bins = found["agreement"]
    assert sum(row["questions"] for row in bins) == len(outcomes)
    assert sum(row["known"] for row in bins) == len(known) > 0
    for row in bins:
        ours = [c for c in outcomes if (c.votes, c.samples) == (row["votes"], row["samples"])]
        assert row["questions"] == len(ours)
        assert row["correct"] == sum(c.question in known and c.answer == known[c.question] for c in ours)
    judged = [c for c in outcomes if c.reason is None and c.question in known]
    assert found["audit"]["known"] == len(judged)
    assert found["audit"]["unknown"] == sum(c.reason is None for c in outcomes) - len(judged)
    right = sum(c.answer == known[c.question] for c in judged)
    assert found["audit"]["label_accuracy"] == (right / len(judged) if judged else None)
    singles = [s.answer == known[s.question] for s in solutions(folder / "answers") if s.question in known]
    assert found["audit"]["single_sample_accuracy"] == sum(singles) / len(singles)


def test_without_a_source_nothing_is_judged(finished_run: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    config.evaluation.audit = "none"
    found = audit(context_of(finished_run, config), 1)
    assert found["audit"] is None
    assert {(row["known"], row["correct"]) for row in found["agreement"]} == {(0, 0)}
