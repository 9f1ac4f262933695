"""The training stage on the embedded model: its card, its lineage, adapters kept apart, and where it starts from."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from crescent.config.schema import Config
from crescent.console.progress import Advance, Reporter
from crescent.errors import StageError
from crescent.loop.stages import training
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import ReplayFacts, TrainingFacts
from crescent.loop.stages.trained import trained_model
from crescent.records import Drop, Pair, Replayed
from crescent.runs import rows
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.facts import blank
from tests.loop.stages.test_replay import taught


def configured(**training: object) -> Config:
    config = tiny()
    for name, value in training.items():
        setattr(config.training, name, value)
    return config


def test_lineage_is_in_the_manifest_and_on_the_card(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path, configured())
    dataset = taught(context, 12)
    first = training.run(context, 1, context.base, dataset)
    lineage = first.facts["lineage"]
    assert (lineage["start"], lineage["start_identity"]) == ("base", context.base.identity)
    assert (lineage["data"], lineage["data_outcome"]) == ("round-01/dataset", dataset.outcome)
    card = (tmp_path / "round-01/training/model/README.md").read_text()
    for message in ("library_name: transformers", "`embedded:nano`", "`base`", context.base.identity[:16], "12 pairs"):
        assert message in card
    assert str(tmp_path) not in card
    assert first.facts["packed"]

    start = trained_model(context, 1, first)
    assert start is not None
    second = training.run(context, 2, start, dataset)
    assert second.facts["lineage"]["start"] == "round-01"
    assert second.facts["lineage"]["start_identity"] == first.outcome
    one, two = (AutoModelForCausalLM.from_pretrained(tmp_path / f"round-0{n}/training/model") for n in (1, 2))
    assert not torch.equal(one.model.norm.weight, two.model.norm.weight)


def test_an_adapter_is_kept_beside_the_merged_model(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    peft = pytest.importorskip("peft")
    config = configured(method="lora")
    config.training.lora.keep_adapter = True
    context = context_of(tmp_path, config)
    manifest = training.run(context, 1, context.base, taught(context, 12))
    folder = tmp_path / "round-01/training"
    assert "adapter/adapter_model.safetensors" in manifest.files
    assert (
        json.loads((folder / "adapter/adapter_config.json").read_text())["base_model_name_or_path"] == "embedded:nano"
    )
    merged = AutoModelForCausalLM.from_pretrained(folder / "model")
    base = context.load(context.base).model
    ids = torch.arange(20)[None]
    with torch.no_grad():
        before = base(ids).logits
        apart = peft.PeftModel.from_pretrained(base, str(folder / "adapter"))(ids).logits
        torch.testing.assert_close(merged(ids).logits, apart, rtol=0, atol=1e-4)
    assert not torch.allclose(before, apart, atol=1e-4)


def test_all_solutions_too_long_is_one_line(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path, configured(max_length=8))
    with pytest.raises(StageError, match=r"12 are longer than 8 tokens .* Raise training\.max_length"):
        training.run(context, 1, context.base, taught(context, 12))


def test_what_is_not_learned_from_is_a_row_each(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured(max_length=40)
    context = context_of(tmp_path, config)
    dataset = taught(context, 12)
    path = tmp_path / "round-01/dataset/train.jsonl"
    pairs = rows.read(path, Pair)
    pairs[3].solution, pairs[5].solution = " ", "1 + 1 = 2 . " * 20
    path.write_bytes(rows.to_lines(pairs))
    replay = context.run.stage("round-01/replay", 1, {}, {})
    replay.begin()
    texts = ["door moon fish", "moon " * 100]
    (replay.path / "replay.jsonl").write_bytes(rows.to_lines([Replayed(prompt="Say it.", text=text) for text in texts]))
    replayed = replay.finish(blank(ReplayFacts, kept=2))
    manifest = training.run(context, 1, context.base, dataset, replayed)
    drops = list(ShardFolder(tmp_path / "round-01/training/drops").stream(Drop))
    assert [(drop.id, drop.text, drop.reason) for drop in drops] == [
        ("q3", pairs[3].question, "no-solution"),
        ("q5", pairs[5].question, "too-long"),
        ("replay-00001", "Say it.", "too-long"),
    ]
    assert manifest.facts["dropped"] == {"no-solution": 1, "too-long": 2}


def contrasted(context: Context, count: int, rejected: int) -> Manifest:
    """A dataset of which the first `rejected` pairs have a rejected solution."""
    dataset = taught(context, count)
    path = context.run.path / "round-01/dataset/train.jsonl"
    pairs = rows.read(path, Pair)
    for number, pair in enumerate(pairs[:rejected]):
        pair.rejected, pair.margin, pair.weight = f"#### {number}", 0.5, 0.75
    path.write_bytes(rows.to_lines(pairs))
    return dataset


def test_a_preference_is_learned_from_the_pairs_that_have_one(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = configured(epochs=2)
    config.objective = {"use": "scpo", "beta": 0.5}
    context = context_of(tmp_path, config)
    manifest = training.run(context, 1, context.base, contrasted(context, 12, 9))
    facts = facts_of(manifest, TrainingFacts)
    assert (facts.objective, facts.pairs, facts.dropped) == ("scpo", 12, {"no-rejected": 3})
    assert (facts.mean_weight, facts.mean_margin) == (0.5, 0.5)
    assert facts.preferred is not None
    assert 0 <= facts.preferred <= 1
    assert facts.losses[-1][1] < facts.losses[0][1]
    drops = list(ShardFolder(tmp_path / "round-01/training/drops").stream(Drop))
    assert [(drop.id, drop.reason) for drop in drops] == [(f"q{n}", "no-rejected") for n in (9, 10, 11)]
    card = (tmp_path / "round-01/training/model/README.md").read_text()
    assert "objective `scpo`" in card
    assert not (tmp_path / "round-01/training/scratch").exists()


def test_where_every_question_is_unanimous_nothing_can_be_preferred(
    tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, before a model is loaded."""
    config = tiny()
    config.objective = {"use": "scpo"}
    context = context_of(tmp_path, config)
    monkeypatch.setattr(Context, "load", lambda *arguments, **settings: pytest.fail("a model was loaded"))
    with pytest.raises(StageError) as message:
        training.run(context, 1, context.base, contrasted(context, 5, 0))
    assert str(message.value) == (
        "round 1: objective.use=scpo can learn from none of 5 pairs (5 no-rejected). Every question was unanimous: "
        "take more voting.samples, or objective=sft."
    )


def test_so_many_steps_are_made(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path, configured(steps=5, epochs=1))  # 12 pairs in batches of 8
    facts = facts_of(training.run(context, 1, context.base, taught(context, 12)), TrainingFacts)
    assert (facts.steps, facts.epochs) == (5, 3)
    assert "3 epochs in 5 steps" in (tmp_path / "round-01/training/model/README.md").read_text()


class Watched(Reporter):
    """Counts the steps that are made, and presses Ctrl-C after one of them."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__(quiet=True)
        self.steps, self.stop_after = 0, stop_after

    @contextmanager
    def task(self, name: str, total: int | None, unit: str = "rows") -> Iterator[Advance]:
        def advance(rows: int = 1, tokens: int = 0, total: int | None = None) -> None:
            self.steps += rows
            if self.steps == self.stop_after:
                raise KeyboardInterrupt

        yield advance


def test_a_training_that_is_half_done_goes_on_with_less_memory(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    """What docs say to do when memory is too small: the same run, smaller passes; the checkpoint is used."""
    settings: dict[str, object] = {"batch_size": 4, "checkpoint_minutes": 1000, "epochs": 2}
    whole = context_of(tmp_path / "whole", configured(**settings))
    expected = training.run(whole, 1, whole.base, taught(whole, 12))

    first = context_of(tmp_path / "run", configured(**settings))
    dataset = taught(first, 12)
    first.report = Watched(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        training.run(first, 1, first.base, dataset)
    folder = tmp_path / "run/round-01/training"
    assert [path.name for path in (folder / "scratch/checkpoints").iterdir()] == ["step-000002"]
    less = {"micro_batch_tokens": 40, "micro_batch_size": 1, "packing": False, "gradient_checkpointing": True}
    second = context_of(tmp_path / "run", configured(**settings, **less))
    second.report = watched = Watched()
    found = training.run(second, 1, second.base, dataset)
    assert watched.steps == 4, "the first two of six steps came from the checkpoint"
    assert found.spec == expected.spec
    assert found.facts["steps"] == expected.facts["steps"] == 6
    losses = [[loss for _, loss in manifest.facts["losses"]] for manifest in (found, expected)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
