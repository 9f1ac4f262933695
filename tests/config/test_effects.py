"""What a key decides is said once, in the schema, and everything else follows from it."""

import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from crescent.config.effects import PARTS, deciding, effects, free_keys, is_rule, may_change, settings
from crescent.config.keys import all_keys
from crescent.config.schema import Config, Dedup, Model, Proposer, ReplySampling

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_word_is_explained_and_every_explained_word_is_used() -> None:
    assert {part for key in all_keys() for part in effects(key)} == set(PARTS)


def test_every_group_says_what_it_decides() -> None:
    """Nothing decides everything only because nobody said anything."""
    assert [field.name for field in fields(Config) if field.metadata.get("affects") is None] == []


@pytest.mark.parametrize(
    ("key", "decided"),
    [
        ("questions.sampling.temperature", ("questions",)),
        ("questions.proposer.epochs", ("proposer",)),
        ("voting.sampling.temperature", ("answers", "samples", "draws")),
        ("training.replay.sampling.temperature", ("replay",)),
        ("dedup.minhash.threshold", ("questions",)),
        ("evaluation.contamination.minhash.threshold", ("dataset",)),
        ("dedup.embedding.batch_size", ()),
        ("training.epochs", ("training",)),
        ("training.micro_batch_tokens", ()),
        ("evaluation.local_data.gsm8k", ("evaluation", "dataset", "samples", "draws")),
        ("evaluation.sampled.gsm8k", ("draws", "gate")),
        ("evaluation.sampling.temperature", ("samples", "draws")),
        ("claim.arms.method", ("claim",)),
        ("backend.name", ("questions", "answers", "replay", "samples", "draws", "evaluation")),
        ("backend", ()),
        ("backend.python", ()),
        ("backend.engine.quantization", ("questions", "answers", "replay", "samples", "draws", "evaluation")),
        (
            "backend.environment.VLLM_BATCH_INVARIANT",
            ("questions", "answers", "replay", "samples", "draws", "evaluation"),
        ),
        ("model.context", ("model",)),
        ("rounds", ("length",)),
    ],
)
def test_a_key_decides_what_its_group_does_unless_it_says_otherwise(key: str, decided: tuple[str, ...]) -> None:
    assert effects(key) == decided


def test_a_key_of_another_version_counts() -> None:
    assert not may_change("no_such_key")
    assert not may_change("training.no_such_key")
    assert may_change("trainer.no_such_key")


def test_a_group_may_change_only_where_all_its_keys_may() -> None:
    assert may_change("trainer")
    assert may_change("model.shape")
    assert not may_change("backend")
    assert not may_change("student")


def test_what_saves_memory_or_says_where_may_change() -> None:
    for key in ("micro_batch_tokens", "micro_batch_size", "gradient_checkpointing", "packing", "checkpoint_minutes"):
        assert may_change(f"training.{key}")
    for key in ("rounds", "claim.repeats", "model.licence", "executor", "trainer.devices", "backend.batch_size"):
        assert may_change(key)
    for key in ("seed", "training.precision", "training.batch_size", "voting.min_agreement", "evaluation.bootstrap"):
        assert not may_change(key)


def test_rules_of_voting_need_no_new_samples() -> None:
    rules = [key for key in all_keys() if is_rule(key)]
    assert {"label", "voting.min_agreement", "voting.marker", "voting.symbolic"} < set(rules)
    assert all(key.startswith("voting.") or key == "label" for key in rules)
    for key in ("samples", "sampling.top_p", "prompt", "adaptive", "confidence", "step"):
        assert not is_rule(f"voting.{key}")


def test_the_plan_of_a_stage_has_the_keys_that_decide_it() -> None:
    config = Config()
    config.dedup.minhash = None
    found = settings(config, "questions")
    assert found.keys() == {"seed", "source", "questions", "dedup", "backend"}
    assert found["dedup"] == {"exact": True, "minhash": None, "embedding": None, "own": {"use": None}}
    assert found["questions"] == {k: v for k, v in asdict(config.questions).items() if k != "proposer"}
    writer = {"name": "transformers", "model": None, "endpoint": "chat", "engine": {}, "environment": {}}
    writer["own"] = {"use": None}
    assert found["backend"] == writer
    assert settings(config, "answers", "labels")["voting"] == asdict(config.voting)
    training = settings(config, "training")
    assert training["voting"] == {"prompt": ""}
    assert "micro_batch_tokens" not in training["training"]
    assert training["training"]["epochs"] == 2


def test_every_key_that_decides_rows_or_weights_is_in_a_plan() -> None:
    """Otherwise a stage would be taken for finished after a change of the key."""
    config = Config(student=Model())
    config.dedup, config.evaluation.contamination = full_dedup(), full_dedup()
    config.questions.proposer = Proposer()
    config.evaluation.local_data, config.evaluation.sampling = {"gsm8k": "folder"}, ReplySampling()
    config.backend.engine, config.backend.environment = {"quantization": "fp8"}, {"VLLM_BATCH_INVARIANT": 1}
    stages = set(PARTS) - {"model", "gate", "report", "claim", "length"}
    planned = deciding(settings(config, *stages))
    for key in all_keys():
        held = any(name == key or name.startswith(f"{key}.") for name in planned)
        assert not stages.intersection(effects(key)) or held


def full_dedup() -> Dedup:
    from crescent.config.schema import Embedding

    return Dedup(embedding=Embedding())


def test_the_guide_lists_the_keys_that_may_change() -> None:
    text = (DOCS / "runs.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"<!-- keys that may change -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert re.findall(r"`([^`]+)`", listed) == free_keys()


def test_the_guide_explains_what_a_key_decides() -> None:
    text = " ".join((DOCS / "runs.md").read_text(encoding="utf-8").split())
    for part, meaning in PARTS.items():
        assert f"| `{part}` | {meaning} |" in text
