"""The stage `draws`: sampled replies to benchmarks, put and judged as the evaluation puts and judges them."""

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.schema import Config, ReplySampling
from crescent.evaluation.results import Drawn
from crescent.evaluation.rules.rule import Judgement, Trial
from crescent.loop.stages import draws, evaluation
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import (
    AnswersFacts,
    DrawsFacts,
    QuestionsFacts,
    TaskScore,
    TrainingFacts,
)
from crescent.loop.stages.gate import Verdicts
from crescent.records import Completion, Diversity
from crescent.runs.manifest import MANIFEST, Facts, Manifest, Spec, facts_of
from crescent.runs.shards import ShardFolder
from crescent.statistics import standard_error
from tests.conftest import tiny
from tests.facts import blank, plain

GSM8K = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "gsm8k"


def configured(**sampled: int) -> Config:
    config = tiny()
    config.evaluation.tasks, config.evaluation.dev_task, config.evaluation.limit = ["nano_math"], "nano_dev", 7
    config.evaluation.sampled, config.backend.shard_size = sampled, 3
    return config


def measured(context: Context) -> Manifest:
    return draws.run(context, "base", context.base, evaluation.run(context, "base", context.base))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, context_of: Callable[..., Context]) -> tuple[Context, Manifest]:
    context = context_of(tmp_path_factory.mktemp("draws"), configured(nano_dev=4, nano_math=3))
    return context, measured(context)


def test_greedy_replies_are_those_of_the_evaluation(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured(nano=2)
    config.evaluation.num_fewshot = 2
    config.evaluation.sampling = ReplySampling(temperature=0.0)
    context = context_of(tmp_path, config)
    results = evaluation.items(context, evaluation.run(context, "base", context.base))
    rows = draws.rows_of(context, measured(context))
    assert list(rows) == ["nano_math"]  # the file names no dev task
    items = results["nano_math"].items
    assert results["nano_math"].shots == 2
    assert [row.id for row in rows["nano_math"]] == [item.id for item in items]
    assert [row.scores for row in rows["nano_math"]] == [[item.score] * 2 for item in items]
    assert len({item.score for item in items}) == 2
    texts = ShardFolder(tmp_path / "base/draws/completions/00").stream(Completion)
    assert [text.text for text in texts if text.sample == 1] == [item.output for item in items]


def test_the_figures_are_those_of_the_rows(drawn: tuple[Context, Manifest]) -> None:
    context, manifest = drawn
    facts, rows = facts_of(manifest, DrawsFacts).tasks, draws.rows_of(context, manifest)
    assert list(facts) == list(rows) == ["nano_dev", "nano_math"]
    for task, samples in (("nano_dev", 4), ("nano_math", 3)):
        found, scores = facts[task], [row.scores for row in rows[task]]
        assert (found.problems, found.samples) == (7, samples) == (len(scores), len(scores[0]))
        shares = [sum(row) / samples for row in scores]
        assert found.average.value == pytest.approx(sum(shares) / 7)
        assert found.stderr == pytest.approx(standard_error(shares))
        for k in found.pass_at_k:
            hits = [any(chosen) for row in scores for chosen in combinations(row, int(k))]
            assert found.pass_at_k[k].value == pytest.approx(sum(hits) / len(hits))
        assert found.majority_at_k["1"].value == pytest.approx(found.average.value)
        assert found.tokens == sum(sum(row.tokens) for row in rows[task])
    assert manifest.tokens == facts["nano_dev"].tokens + facts["nano_math"].tokens
    assert 0 < facts["nano_dev"].average.value < facts["nano_dev"].pass_at_k["4"].value


def test_the_items_of_a_task_with_the_shares_of_right_replies(drawn: tuple[Context, Manifest]) -> None:
    context, manifest = drawn
    rows = draws.rows_of(context, manifest)["nano_dev"]
    items = evaluation.items(context, evaluation.run(context, "base", context.base))["nano_dev"].items
    found = draws.rescored(items, rows)
    assert [(item.id, item.score) for item in found] == [(row.id, sum(row.scores) / 4) for row in rows]
    assert [item.output for item in found] == [item.output for item in items]
    assert any(0 < item.score < 1 for item in found)
    assert list(draws.rows_of(context, manifest)) == ["nano_dev", "nano_math"]


SEEN: list[list[tuple[float, float]]] = []


class Noting:
    """A gate's rule that notes what it is given, and keeps every round."""

    def judge(self, trial: Trial) -> Judgement:
        SEEN.append(list(trial.scores()))
        return Judgement(accepted=True, best=True)

    def words(self, dev_task: str) -> str:
        return "it is there"


def test_a_rule_of_the_gate_is_given_the_shares(drawn: tuple[Context, Manifest]) -> None:
    context, manifest = drawn
    context.config.evaluation.gate.rule = {"use": f"{__name__}:Noting"}
    base = evaluation.run(context, "base", context.base)
    verdicts = Verdicts(context, base, manifest)
    asked = made(QuestionsFacts, accepted=8, written=10, diversity=blank(Diversity, vendi=5.0, vendi_sample=8))
    trained, voted = made(TrainingFacts, state="finished"), made(AnswersFacts, mean_agreement=0.5)
    verdict = verdicts.next(1, trained, base, asked, voted, manifest)
    shares = [row.share for row in draws.rows_of(context, manifest)["nano_dev"]]
    assert [[(share, share) for share in shares]] == SEEN
    assert verdict.inputs.dev_accuracy == [pytest.approx(sum(shares) / 7)] * 2


def made(kind: type[Facts], **facts: Any) -> Manifest:
    plan = Spec(stage=kind.__name__, version=1, config={}, inputs={})
    return Manifest(spec=plan, files={}, facts=plain(kind, **facts), tokens=0, seconds=0.0)


def test_what_was_drawn_before_a_kill_is_used_and_shards_change_nothing(
    drawn: tuple[Context, Manifest], tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = configured(nano_dev=4, nano_math=3)
    config.backend.batch_size = 2
    context = context_of(tmp_path, config)
    assert measured(context).files == drawn[1].files
    folder = tmp_path / "base/draws"
    (folder / MANIFEST).unlink()
    for path in (folder / "judged").iterdir():
        path.unlink()
    lost, *kept = sorted((folder / "completions").rglob("0*.*"))
    times = {path: path.stat().st_mtime_ns for path in kept}
    lost.unlink()
    assert measured(context).files == drawn[1].files
    assert {path: path.stat().st_mtime_ns for path in kept} == times
    config.backend.shard_size = 5
    other = measured(context_of(tmp_path / "other", config))
    assert other.facts == drawn[1].facts


def test_how_replies_are_sampled_and_where_they_are_cut(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured(nano_math=2)
    config.evaluation.sampling = ReplySampling(temperature=0.7, top_k=20, max_new_tokens=3)
    context = context_of(tmp_path, config)
    manifest = measured(context)
    found = facts_of(manifest, DrawsFacts).tasks["nano_math"]
    rows = draws.rows_of(context, manifest)["nano_math"]
    assert max(max(row.tokens) for row in rows) == 3
    assert found.cut == sum(sum(row.cut) for row in rows) > 0
    assert manifest.spec.config["evaluation"]["sampling"]["top_k"] == 20


@pytest.mark.skipif(not GSM8K.is_dir(), reason="GSM8K is not beside this checkout")
def test_a_task_of_the_harness_with_worked_examples(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured(gsm8k=3)
    config.evaluation.tasks, config.evaluation.dev_task, config.evaluation.limit = ["gsm8k"], "", 3
    config.evaluation.local_data, config.evaluation.num_fewshot = {"gsm8k": str(GSM8K)}, 1
    config.evaluation.max_new_tokens = 24
    context = context_of(tmp_path, config)
    manifest = measured(context)
    found, rows = facts_of(manifest, DrawsFacts).tasks["gsm8k"], draws.rows_of(context, manifest)["gsm8k"]
    assert (found.metric, found.shots, found.problems) == ("exact_match,flexible-extract", 1, 3)
    texts = list(ShardFolder(tmp_path / "base/draws/completions/00").stream(Completion))
    assert [text.sample for text in texts] == [0, 1, 2] * 3
    assert found.cut == sum(text.stop == "length" for text in texts)
    numbers = [answer for row in rows for answer in row.answers if answer is not None]
    assert found.answered == len(numbers) / 9 > 0
    assert all(answer.lstrip("-").replace(".", "", 1).isdigit() for answer in numbers)
    asked = json.dumps(manifest.spec.config)
    assert '"gsm8k": {"samples": 3, "metric": "exact_match,flexible-extract"}' in asked


Replies = list[tuple[str | None, float]]
REPLIES = st.lists(
    st.tuples(st.sampled_from([None, "5", "7", "1/2", "0.5"]), st.sampled_from([0.0, 1.0])), min_size=3, max_size=3
)


def shuffled(problems: list[Replies]) -> st.SearchStrategy[tuple[list[Replies], list[Replies]]]:
    return st.tuples(st.just(problems), st.tuples(*map(st.permutations, problems)).map(list))


@given(st.lists(REPLIES, min_size=2, max_size=5).flatmap(shuffled))
def test_the_order_of_samples_changes_no_figure(orders: tuple[list[Replies], list[Replies]]) -> None:
    one, other = (draws.figures([row(number, each) for number, each in enumerate(order)], SCORE) for order in orders)
    assert one == other


SCORE = blank(TaskScore, metric="exact_match,answer")


def row(number: int, replies: Replies) -> Drawn:
    answers, scores = [answer for answer, _ in replies], [score for _, score in replies]
    count = len(replies)
    return Drawn(
        task="t", id=f"t/{number}", scores=scores, answers=answers, tokens=[1] * count, cut=[False] * count,
        majority=draws.majorities(answers, scores, symbolic=False),
    )  # fmt: skip
