"""The stage `samples`: solutions of the dev task, drawn by the generation part and judged as the benchmark judges."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from crescent.config.schema import Config
from crescent.evaluation.results import Sampled
from crescent.loop.stages import evaluation, samples
from crescent.loop.stages.context import Context
from crescent.runs.manifest import MANIFEST, Manifest
from tests.conftest import tiny


def configured(count: int = 4) -> Config:
    config = tiny()
    config.evaluation.tasks, config.evaluation.limit, config.evaluation.samples = [], 12, count
    config.evaluation.dev_task, config.evaluation.max_new_tokens = "nano_dev", None
    config.backend.shard_size = 5
    return config


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, context_of: Callable[..., Context]) -> tuple[Context, Manifest]:
    context = context_of(tmp_path_factory.mktemp("samples"), configured())
    return context, samples.run(context, "base", context.base, evaluation.run(context, "base", context.base))


def rows(right: str, answers: str) -> tuple[list[str | None], list[bool]]:
    """Answers and whether they are right, from one sign per sample; `-` is no answer."""
    return [None if sign == "-" else sign for sign in answers], [sign == "1" for sign in right]


def test_greedy_samples_are_the_outputs_of_the_benchmark(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured(2)
    config.voting.sampling.temperature = 0.0
    context = context_of(tmp_path, config)
    measured = evaluation.run(context, "base", context.base)
    items = evaluation.items(context, measured)["nano_dev"].items
    found = samples.judged(context, samples.run(context, "base", context.base, measured))
    assert [row.id for row in found] == [item.id for item in items]
    assert [row.right for row in found] == [[item.correct] * 2 for item in items]
    assert [row.answered for row in found] == [[item.answered] * 2 for item in items]
    assert len({item.correct for item in items}) == 2


def test_the_figures_are_those_of_the_rows(drawn: tuple[Context, Manifest]) -> None:
    context, manifest = drawn
    found, facts = samples.judged(context, manifest), manifest.facts
    assert (facts["task"], facts["problems"], facts["samples"]) == ("nano_dev", 12, 4)
    for k in (1, 2, 4):
        hits = [sum(any(chosen) for chosen in combinations(row.right, k)) for row in found]
        draws = len(list(combinations(range(4), k)))
        assert facts["pass_at_k"][str(k)]["value"] == pytest.approx(sum(hits) / draws / 12)
    assert facts["majority_at_k"]["1"]["value"] == pytest.approx(facts["pass_at_k"]["1"]["value"])
    assert facts["mean_tokens"] == pytest.approx(sum(sum(row.tokens) for row in found) / 48)
    assert manifest.tokens == sum(sum(row.tokens) for row in found)
    assert 0 < facts["pass_at_k"]["1"]["value"] < facts["pass_at_k"]["4"]["value"]


def test_what_was_drawn_before_a_kill_is_used_and_shards_change_nothing(
    drawn: tuple[Context, Manifest], tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    first = drawn[1]
    config = configured()
    config.backend.batch_size = 3
    context = context_of(tmp_path, config)
    measured = evaluation.run(context, "base", context.base)
    again = samples.run(context, "base", context.base, measured)
    assert again.files == first.files
    folder = tmp_path / "base/samples"
    (folder / MANIFEST).unlink()
    lost, *kept = sorted((folder / "completions").iterdir())
    times = {path: path.stat().st_mtime_ns for path in kept}
    lost.unlink()
    assert samples.run(context, "base", context.base, measured).files == first.files
    assert {path: path.stat().st_mtime_ns for path in kept} == times


@pytest.mark.parametrize(
    ("answers", "right", "k", "share"),
    [
        ("5555", "1111", 4, 1.0),
        ("5566", "1100", 4, 1.0),  # a tie goes to the answer that was sampled first
        ("6655", "0011", 4, 0.0),
        ("6555", "0111", 4, 1.0),
        ("6555", "0111", 2, 0.5),
        ("6555", "0111", 1, 0.75),
        ("-55-", "0110", 4, 1.0),
        ("----", "0000", 4, 0.0),
        ("65555", "01111", 2, 0.5),  # the fifth sample has no partner
    ],
)
def test_majority_by_hand(answers: str, right: str, k: int, share: float) -> None:
    assert samples.majority(*rows(right, answers), k, symbolic=False) == share


def test_pass_at_k_of_a_problem() -> None:
    row = Sampled(id="a", right=[True, False, False, False], answered=[True] * 4, tokens=[1] * 4, majority={})
    assert [samples.solved([row], k)[0] for k in (1, 2, 4)] == [0.25, 0.5, 1.0]
