from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.evaluation.results import Flip, Item, Sampled, TaskResult
from crescent.loop.stages import samples
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import EvaluationFacts, TaskScore
from crescent.reporting.report.gathered import Comparison, Flips, Score
from crescent.reporting.summary.comparisons import FLIPS, Comparisons
from crescent.runs.manifest import Facts, Manifest, Spec
from crescent.runs.shards import ShardFolder
from crescent.statistics import holm, mcnemar
from tests.conftest import tiny
from tests.facts import blank


def result(task: str, right: str) -> TaskResult:
    """A result with one item per sign, 1 for right."""
    items = [
        Item(
            id=f"{task}/{number}",
            correct=sign == "1",
            score=float(sign),
            output=f"{right} {number}",
            target="7",
            question=f"Question {number}?",
        )
        for number, sign in enumerate(right)
    ]
    value = right.count("1") / len(right)
    return TaskResult(
        task=task, version="1", primary="acc,none", metrics={"acc,none": value}, stderr=0.1, n=len(right), items=items
    )


def manifest(context: Context, name: str, kind: str, rows: list[Any], facts: Facts) -> Manifest:
    shards = ShardFolder(context.run.path / name / kind)
    for index, row in enumerate(rows):
        shards.write(index, row if isinstance(row, list) else [row])
    plan = Spec(stage=name, version=1, config={}, inputs={})
    return Manifest(spec=plan, files={}, facts=msgspec.to_builtins(facts), tokens=0, seconds=0.0)


def evaluated(context: Context, name: str, **right: str) -> Manifest:
    results = [result(task, signs) for task, signs in right.items()]
    scores = {one.task: blank(TaskScore, metric=one.primary, value=one.value) for one in results}
    return manifest(context, f"{name}/evaluation", "results", results, EvaluationFacts(tasks=scores))


@pytest.fixture
def context(tmp_path: Path, context_of: Callable[..., Context]) -> Context:
    config = tiny()
    config.evaluation.tasks, config.evaluation.dev_task = ["one", "two"], "dev"
    return context_of(tmp_path, config)


def against(score: Score, kind: str = "against_base") -> Comparison:
    found: Comparison | None = getattr(score, kind)
    assert found is not None
    return found


def flips(score: Score, kind: str = "against_base") -> Flips:
    found = against(score, kind).flips
    assert found is not None
    return found


def test_holm_is_over_the_reported_tasks_of_a_round(context: Context) -> None:
    base = evaluated(context, "base", dev="000000", one="00000000", two="0000001")
    now = evaluated(context, "round-01", dev="111111", one="11111111", two="1111000")
    found = Comparisons(context, base, None).evaluation(now)
    raw = [mcnemar(8, 0), mcnemar(4, 1)]
    assert [against(found[task]).mcnemar_p for task in ("one", "two")] == pytest.approx(raw, abs=1e-6)
    assert [against(found[task]).holm_p for task in ("one", "two")] == pytest.approx(holm(raw), abs=1e-6)
    assert against(found["dev"]).holm_p is None
    assert against(found["one"], "against_previous").holm_p == against(found["one"]).holm_p


def test_flips_come_with_both_outputs_against_base_and_the_round_before(context: Context) -> None:
    base = evaluated(context, "base", one="0011")
    comparisons = Comparisons(context, base, None)
    first = comparisons.evaluation(evaluated(context, "round-01", one="0101"))["one"]
    second = comparisons.evaluation(evaluated(context, "round-02", one="1111"))["one"]
    assert flips(first).newly_right == [
        Flip(id="one/1", question="Question 1?", target="7", output="0101 1", output_before="0011 1")
    ]
    assert [flip.id for flip in flips(first).newly_wrong] == ["one/2"]
    assert against(first, "against_previous").flips is None  # The round before is the base model: the same again.
    before = flips(second, "against_previous")
    assert [flip.id for flip in before.newly_right] == ["one/0", "one/2"]
    assert before.newly_right[0].output_before == "0101 0"
    assert against(second).newly_right == 2


def test_of_many_flips_some_are_shown_and_all_are_counted(context: Context) -> None:
    base = evaluated(context, "base", one="0" * 50)
    change = Comparisons(context, base, None).evaluation(evaluated(context, "round-01", one="1" * 50))["one"]
    assert against(change).newly_right == 50
    shown = [flip.id for flip in flips(change).newly_right]
    assert len(shown) == FLIPS and (shown[0], shown[-1]) == ("one/0", "one/49")


def test_samples_are_compared_problem_by_problem(context: Context) -> None:
    def drawn(name: str, *right: list[bool]) -> Manifest:
        rows = [
            Sampled(id=f"dev/{n}", right=signs, answered=[True] * 2, tokens=[3, 4], majority={"1": 0.5, "2": 1.0})
            for n, signs in enumerate(right)
        ]
        return manifest(context, f"{name}/samples", "judged", [rows], samples.figures("dev", rows, 2))

    base = drawn("base", [True, False], [False, False])
    now = drawn("round-01", [True, True], [False, False])
    found = Comparisons(context, None, base).samples(now)
    assert found.pass_at_k["1"].value == 0.5
    assert found.against_base is not None
    passed = found.against_base.pass_at_k
    assert passed["1"].difference == 0.25
    assert passed["2"].difference == 0.0
    assert -1 < (passed["2"].low or 0) < 0 < (passed["2"].high or 0) < 1
    assert found.against_base.majority_at_k["2"].difference == 0.0
    assert Comparisons(context, None, None).samples(now).against_base is None
