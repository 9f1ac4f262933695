"""Replay on the embedded model: what it writes to general prompts, and that it is learned along with the pairs."""

import json
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.schema import Config
from crescent.loop.stages import replay, training
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import DatasetFacts
from crescent.records import Drop, Pair, Replayed
from crescent.runs import rows
from crescent.runs.manifest import Manifest
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.facts import blank
from tests.test_conf_tree import composed

PROMPTS = [
    "Reverse the list: fish moon door",
    "Sort by the alphabet: snow drum king",
    "Which word is the last one: a b?",
]


def configured(share: float = 0.25) -> Config:
    config = tiny()
    config.training.replay.share, config.training.replay.prompts = share, list(PROMPTS)
    config.training.replay.sampling.max_new_tokens = 24
    config.training.batch_size = 16
    return config


def taught(context: Context, count: int) -> Manifest:
    """A finished dataset of `count` pairs."""
    stage = context.run.stage("round-01/dataset", 1, {}, {})
    stage.begin()
    pairs = [
        Pair(id=f"q{n}", round=1, question=f"What is {n} + 1?", solution=f"#### {n + 1}", answer="1", agreement=1.0)
        for n in range(count)
    ]
    (stage.path / "train.jsonl").write_bytes(rows.to_lines(pairs))
    return stage.finish(blank(DatasetFacts, total=count))


@given(st.integers(0, 500), st.integers(1, 20))
def test_samples_are_spread_evenly(wanted: int, prompts: int) -> None:
    asked = replay.requests(1, [str(index) for index in range(prompts)], wanted)
    counts = [request.samples for request in asked]
    assert sum(counts) == wanted
    assert max(counts, default=0) - min(counts, default=0) <= 1
    assert len({request.id for request in asked}) == len(asked) == min(wanted, prompts)


@pytest.mark.parametrize(("pairs", "share", "expected"), [(90, 0.1, 10), (9, 0.25, 3), (10, 0.5, 10), (1, 0.1, 0)])
def test_the_share_is_one_of_all_examples(pairs: int, share: float, expected: int) -> None:
    assert replay.count(pairs, share) == expected


def test_sampled_counted_resumed_and_learned(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path / "run", configured())
    dataset = taught(context, 21)
    manifest = replay.run(context, 1, context.base, dataset)
    found = rows.read(tmp_path / "run" / "round-01/replay/replay.jsonl", Replayed)
    assert manifest.facts["samples"] == 7 == manifest.facts["kept"] + sum(manifest.facts["drops"].values())
    assert manifest.facts["kept"] == len(found) > 0
    assert {row.prompt for row in found} <= set(PROMPTS)
    assert Replayed(prompt=PROMPTS[0], text="door moon fish") in found

    again = context_of(tmp_path / "again", configured())
    again.config.backend.batch_size, again.config.backend.shard_size = 2, 2
    assert replay.run(again, 1, again.base, taught(again, 21)).facts == manifest.facts
    content = (tmp_path / "run" / "round-01/replay/replay.jsonl").read_bytes()
    assert (tmp_path / "again" / "round-01/replay/replay.jsonl").read_bytes() == content
    assert replay.run(context, 1, context.base, dataset) == manifest

    trained = training.run(context, 1, context.base, dataset, manifest)
    assert (trained.facts["pairs"], trained.facts["replayed"]) == (21, len(found))
    assert trained.facts["steps"] == -(-(21 + len(found)) // 16)
    assert trained.spec.inputs["round-01/replay"] == manifest.outcome
    assert f"and {len(found)} replayed" in (tmp_path / "run" / "round-01/training/model/README.md").read_text()


def test_cut_and_empty_samples_are_dropped(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured()
    config.training.replay.sampling.max_new_tokens = 1
    context = context_of(tmp_path, config)
    manifest = replay.run(context, 1, context.base, taught(context, 21))
    assert manifest.facts["kept"] == 0
    drops = list(ShardFolder(tmp_path / "round-01/replay/drops").stream(Drop))
    assert len({drop.id for drop in drops}) == len(drops) == 7
    assert Counter(drop.reason for drop in drops) == manifest.facts["drops"]
    assert "cut-off" in manifest.facts["drops"]


def test_prompts_of_nano_are_not_in_its_benchmark() -> None:
    data = files("crescent") / "evaluation/tasks/nano/data/nano_skills.jsonl"
    items = {json.loads(line)["question"] for line in data.read_text().splitlines()}
    prompts = composed("prompts=nano").training.replay.prompts
    assert len(set(prompts)) == len(prompts) == 32
    assert not items & set(prompts)
