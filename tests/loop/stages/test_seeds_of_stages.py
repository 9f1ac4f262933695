"""Whatever is random in a stage has a seed of its own: of the run's seed, the stage, the round, and what it is for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crescent.config.schema import Config, Sampling
from crescent.config.seeds import derived_seed
from crescent.generation.request import Request
from crescent.loop.stages import dataset, learning, predict, training
from crescent.loop.stages import waves as waves_module
from crescent.loop.stages.context import Context
from crescent.loop.turns import turn_of
from tests.conftest import tiny
from tests.loop.stages.test_replay import taught

CASES = [(seed, number) for seed in (1, 2, 3) for number in (1, 2, 3)]
ContextOf = Callable[..., Context]


class SeenError(Exception):
    """Ends a stage where its seed has been seen."""


def configured(seed: int) -> Config:
    config = tiny()
    config.seed = seed
    return config


def noting(seeds: list[int]) -> Callable[..., Any]:
    def note(*arguments: Any, seed: int, **options: Any) -> None:
        seeds.append(seed)
        raise SeenError

    return note


def test_training(tmp_path: Path, context_of: ContextOf, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    monkeypatch.setattr(learning, "train", noting(seeds))
    for seed, number in CASES:
        context = context_of(tmp_path / f"{seed}", configured(seed))
        made = taught(context, 3)
        with pytest.raises(SeenError):
            training.run(context, number, context.base, made)
    assert seeds == [derived_seed(seed, f"round-{number:02d}/training") for seed, number in CASES]
    assert len(set(seeds)) == len(CASES)


class Noting:
    """A backend that notes the seed it is to sample with."""

    decoder = "none"

    def __init__(self, seeds: list[int]) -> None:
        self.seeds = seeds

    def stream(self, shards: Any, sampling: Any, seed: int, report: Any) -> Iterator[Any]:
        self.seeds.append(seed)
        raise SeenError
        yield


def test_sampling_of_every_stage_and_round(
    tmp_path: Path, context_of: ContextOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions and their solutions have the same ids, and benchmark problems keep theirs over the rounds."""
    seeds: list[int] = []
    monkeypatch.setattr(predict, "writer", lambda context, stage, ref: Noting(seeds))
    monkeypatch.setattr(predict, "predict", lambda context, module, data: module.predict_step(data.shards, 0))
    names = [f"round-{number:02d}/{part}" for number in (1, 2) for part in ("questions", "answers", "samples")]
    for seed in (1, 2):
        context = context_of(tmp_path / f"{seed}", configured(seed))
        for name in names:
            stage = context.run.stage(name, 1, {}, {})
            with pytest.raises(SeenError):
                predict.generate(
                    context,
                    stage,
                    "rows",
                    ref=context.base,
                    requests=[Request("r01-w001-q00000", "?")],
                    sampling=Sampling(),
                    title=name,
                )
    assert len(set(seeds)) == len(seeds) == 12


def test_the_draw_of_pairs(copied_run: Path, context_of: ContextOf, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    monkeypatch.setattr(dataset, "draw", lambda candidates, limit, seed: noting(seeds)(seed=seed))
    monkeypatch.setattr(dataset, "clean", lambda context, pairs: ([], None))
    made = {manifest.spec.stage: manifest for manifest in context_of(copied_run).run.manifests()}
    for seed in (1, 2):
        context = context_of(copied_run, configured(seed))
        context.run = type(context.run)(copied_run, context.config)
        for number in (1, 2):
            folder = copied_run / f"round-{number:02d}/dataset"
            for name in ("manifest.json", "stage.json"):
                (folder / name).unlink(missing_ok=True)
            with pytest.raises(SeenError):
                dataset.run(
                    context, number, made[f"round-{number:02d}/questions"], made[f"round-{number:02d}/answers"], []
                )
    assert len(set(seeds)) == len(seeds) == 4


def test_turns_of_a_source_and_diversity_of_a_round() -> None:
    found = set()
    for seed, number in CASES:
        stage = f"round-{number:02d}/questions"
        waves = object.__new__(waves_module.Waves)
        waves.context = SimpleNamespace(config=configured(seed))  # type: ignore[assignment]
        waves.stage = SimpleNamespace(name=stage)  # type: ignore[assignment]
        turn = turn_of(configured(seed), stage, "q1", 0, list)
        found |= {waves._seed("diversity"), waves._seed("diversity", 1), turn.seed}
    assert len(found) == 3 * len(CASES)
    assert len({turn_of(configured(seed), f"round-{number}", "q", 0, list).run_seed for seed, number in CASES}) == 3
