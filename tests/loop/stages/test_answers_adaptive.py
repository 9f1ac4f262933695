"""Adaptive sampling as the stage does it: the same samples in passes, the same decisions from fewer of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.config.schema import Config
from crescent.loop.stages import answers
from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.nano.world import problem
from crescent.records import Consensus, Question, Solution
from crescent.runs.manifest import Facts, Manifest
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

SAMPLES = 8
QUESTIONS = 60
Sampled = Callable[..., tuple[Path, Manifest]]


def configuration(**voting: Any) -> Config:
    config = tiny("adaptive")
    config.backend.shard_size = 16
    for key, value in ({"samples": SAMPLES} | voting).items():
        setattr(config.voting, key, value)
    return config


@pytest.fixture(scope="module")
def sampled(
    tmp_path_factory: pytest.TempPathFactory, context_of: Callable[..., Context]
) -> Callable[..., tuple[Path, Manifest]]:
    """Samples 60 problems of the embedded model's world, each kind of sampling once."""
    made: dict[str, tuple[Path, Manifest]] = {}

    def sample(**voting: Any) -> tuple[Path, Manifest]:
        if str(voting) not in made:
            context = context_of(tmp_path_factory.mktemp("adaptive"), configuration(**voting))
            made[str(voting)] = context.run.path, run(context)
        return made[str(voting)]

    return sample


def run(context: Context) -> Manifest:
    stage = context.run.stage("asked", 1, {}, {})
    if (asked := stage.finished()) is None:
        stage.begin()
        texts = [problem(seed, steps=1 + seed % 3).question for seed in range(QUESTIONS)]
        rows = [Question(id=f"q{i:03d}", round=1, wave=1, text=text) for i, text in enumerate(texts)]
        stage.shards("accepted").write(0, rows)
        asked = stage.finish(Facts())
    return answers.run(context, "round-01", context.base, asked)


def decisions(folder: Path) -> list[tuple[str, bool, str | None, int | None]]:
    """What must not depend on how the samples came: accepted or not, the answer, the solution that stands for it."""
    outcome = ShardFolder(folder / "round-01" / "answers" / "consensus").stream(Consensus)
    return [
        (row.question, row.reason is None, row.answer if row.reason is None else None, row.solution) for row in outcome
    ]


def drawn(folder: Path) -> dict[tuple[str, int], Solution]:
    return {(row.question, row.sample): row for row in solutions(folder / "round-01" / "answers")}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "round-01").rglob("*.jsonl"))
    }


@pytest.mark.parametrize("step", [2, 3])
def test_lossless_decides_as_all_samples_do(sampled: Sampled, step: int) -> None:
    everything, _ = sampled()
    folder, manifest = sampled(adaptive="lossless", step=step)
    assert decisions(folder) == decisions(everything)
    assert manifest.facts["solutions_saved"] > 0
    assert manifest.facts["solutions_saved"] + len(drawn(folder)) == SAMPLES * QUESTIONS


def test_lossless_decides_as_all_samples_do_under_other_rules(sampled: Sampled) -> None:
    rules = {"reject_ties": False, "min_agreement": 0.0, "min_votes": 1}
    everything, _ = sampled(**rules)
    folder, _ = sampled(adaptive="lossless", step=2, **rules)
    assert decisions(folder) == decisions(everything)


def test_a_sample_is_the_same_whatever_pass_it_comes_in(sampled: Sampled) -> None:
    everything = drawn(sampled()[0])
    for settings in ({"adaptive": "lossless", "step": 3}, {"adaptive": "probable", "step": 2}):
        few = drawn(sampled(**settings)[0])
        assert few.items() <= everything.items()
        for question in {question for question, _ in few}:
            numbers = sorted(number for name, number in few if name == question)
            assert numbers == list(range(len(numbers)))


def test_probable_saves_at_least_as_much_as_lossless(sampled: Sampled) -> None:
    _, lossless = sampled(adaptive="lossless", step=2)
    _, probable = sampled(adaptive="probable", step=2)
    assert probable.facts["solutions_saved"] >= lossless.facts["solutions_saved"]


@pytest.mark.parametrize("adaptive", ["lossless", "probable"])
def test_going_on_in_the_middle_of_the_passes_gives_the_same_files(
    sampled: Sampled, tmp_path: Path, context_of: Callable[..., Context], adaptive: str
) -> None:
    """Killed in the second pass with one shard of it done: that shard's questions may be decided, but stay its own."""
    settings = {"adaptive": adaptive, "step": 2}
    whole = files(sampled(**settings)[0])
    kept = [name for name in whole if "/solutions/00/" in name or "/solutions/01/00000." in name]
    assert len([name for name in whole if "/solutions/01/" in name]) > 1
    for name in kept:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(whole[name])
    run(context_of(tmp_path, configuration(**settings)))
    assert files(tmp_path) == whole


def test_passes_of_other_questions_are_not_voted_on(
    sampled: Sampled, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    """What a start left that held other questions for open: answers to other requests, and a pass too many."""
    settings: dict[str, Any] = {"adaptive": "lossless", "step": 2}
    whole = files(sampled(**settings)[0])
    for name, content in whole.items():
        if "/solutions/00/" in name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    place = tmp_path / "round-01" / "answers" / "solutions"
    first = next(ShardFolder(place / "00").stream(Solution))
    foreign = [msgspec.structs.replace(first, sample=number, text="#### 7", answer="7") for number in range(2, 20)]
    ShardFolder(place / "01").write(0, foreign, asked="f" * 16)
    ShardFolder(place / "99").write(0, foreign, asked="f" * 16)
    context = context_of(tmp_path, configuration(**settings))
    run(context)
    assert files(tmp_path) == whole
    discarded = [event["kind"] for event in context.run.events if event["event"] == "discard"]
    assert discarded == ["solutions/01", "solutions/99"]
