"""What cards and report say of a run is true of its configuration, for every experiment and every arm of a claim."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.arms import arms
from crescent.config.schema import Config, Dedup, Embedding
from crescent.loop.stages.card import dataset_card
from crescent.runs import cards, provenance
from tests.conftest import tiny
from tests.test_conf_tree import GROUPS, composed

ROUNDS = 2


def configurations() -> dict[str, Config]:
    found = {}
    for name in GROUPS["experiment"]:
        config = composed(f"+experiment={name}")
        found |= {f"{name}/{arm}": part for arm, part in arms(config)[0].items()} or {name: config}
    return found


CONFIGURATIONS = configurations()


def _voted(config: Config) -> bool:
    return config.training.pairs == "consensus" and config.label["use"] != "first"


SAID: dict[str, Callable[[Config], bool]] = {
    "in answer to one bait prompt": lambda c: c.source["use"] == "bait",
    "No seed problem went in": lambda c: (
        c.source["use"] in ("bait", "empty") or (c.source["use"] == "fewshot" and c.source.get("path") is None)
    ),
    "variations of seed problems": lambda c: c.source["use"] == "vary",
    "from the second round on, by the model that the run goes on with": lambda c: (
        c.student is None and c.questions.proposer is None and c.source["use"] not in ("file", "documents")
    ),
    "from the second round on, by the proposer": lambda c: c.questions.proposer is not None,
    "The proposer is a copy of": lambda c: c.questions.proposer is not None,
    "No question was sent back or dropped for being like another": lambda c: (
        not (c.dedup.exact or c.dedup.minhash or c.dedup.embedding)
    ),
    "MinHash": lambda c: c.dedup.minhash is not None,
    "by similarity of embeddings": lambda c: c.dedup.embedding is not None and not c.dedup.minhash,
    "and checked each time": lambda c: (
        c.questions.recheck_rewrites
        and c.questions.max_rewrites > 0
        and (c.dedup.exact or c.dedup.embedding is not None)
    ),
    "taken unchecked": lambda c: not c.questions.recheck_rewrites,
    "first solution that was sampled for it": lambda c: c.training.pairs == "unvoted" or c.label["use"] == "first",
    "no vote chose it": lambda c: c.training.pairs == "unvoted",
    "no vote was held": lambda c: c.training.pairs == "consensus" and c.label["use"] == "first",
    "the solution of another question": lambda c: c.training.pairs == "shuffled",
    "wrong on purpose": lambda c: c.training.pairs == "shuffled",
    "solutions were sampled per question": _voted,
    "what samples agree on": _voted,
    "no other answer has as many votes": lambda c: _voted(c) and c.voting.reject_ties,
    "of tied answers the one sampled first": lambda c: (
        _voted(c) and not c.voting.reject_ties and c.voting.min_votes == 1 and c.voting.min_agreement == 0
    ),
    "was not checked": lambda c: c.evaluation.contamination is None,
    "pairs of a round were taken": lambda c: c.training.max_pairs is not None,
    "measured with the encoder": lambda c: c.dedup.embedding is not None and c.dedup.embedding.encoder != "model",
    "LoRA": lambda c: c.training.method == "lora",
    "all its weights": lambda c: c.training.method == "full",
    "what it wrote itself": lambda c: c.student is None and c.questions.proposer is None,
    "what it and its proposer wrote": lambda c: c.student is None and c.questions.proposer is not None,
    "loss was multiplied by its weight": lambda c: c.objective["use"] == "weighted",
    "learned to prefer the most voted solution": lambda c: c.objective["use"] == "scpo",
    "learned from the pairs of all rounds": lambda c: c.training.accumulate,
    "learned from its own pairs alone": lambda c: not c.training.accumulate,
    "were replayed": lambda c: c.training.replay.share > 0,
    "every round was kept": lambda c: not c.evaluation.gate.enabled,
    "A round was kept only if": lambda c: c.evaluation.gate.enabled,
    "alone decided which round's model wrote on": lambda c: c.evaluation.gate.enabled and c.student is None,
}
"""A phrase, and of which configurations it is true. It must be said of those and of no others."""


def screen_message(config: Config, rounds: int = ROUNDS) -> str:
    return " ".join([*provenance.data(config, rounds), *provenance.training(config, rounds)])


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_is_said_of_an_experiment_is_true_of_its_configuration(name: str) -> None:
    config = CONFIGURATIONS[name]
    text = screen_message(config)
    for phrase, is_true in SAID.items():
        assert (phrase in text) == is_true(config), phrase
    card = dataset_card(config, ROUNDS, [])
    assert all(sentence in card for sentence in provenance.data(config, ROUNDS))
    model = cards.model_card(config, ROUNDS, pairs=1, replayed=0, steps=1, epochs=1, lineage=["from somewhere"])
    for sentence in [*provenance.data(config, ROUNDS), *provenance.training(config, ROUNDS)]:
        assert sentence in model
    writer = "itself" if config.student is None else config.model.name
    assert f"written by {writer}" in model.replace("\n", " ")
    assert "no seed data" not in card + model
    assert "configs:" not in card


def test_every_arm_has_words_of_its_own() -> None:
    """As pairs: what one says of its data, no other one does."""
    known = ("nano", "control_unvoted", "control_shuffled", "no_consensus", "no_diversify", "paper_nano")
    listed = [*known, "distill_nano_seeds", "distill_nano", "distill_nano_unvoted"]
    assert len({screen_message(CONFIGURATIONS[name]) for name in listed}) == len(listed)


def test_what_no_experiment_has() -> None:
    config = tiny()
    config.training.method, config.training.lora.rank, config.training.replay.share = "lora", 8, 0.25
    config.training.replay.prompts = ["a", "b", "c"]
    config.training.start_from, config.label, config.voting.adaptive = "previous", {"use": "weighted"}, "lossless"
    config.voting.max_agreement, config.voting.representative = 0.9, "distinct"
    config.evaluation.contamination = Dedup(exact=False, minhash=None, embedding=None)
    config.questions.max_rewrites = 0
    config.evaluation.gate.rule["min_gain"] = -0.01
    text = screen_message(config)
    for phrase in (
        "adapters of rank 8 (LoRA)",
        "25% of the examples were replayed: the model's own answers to 3 general prompts",
        "then from the model that the run goes on with",
        "weighted by the probability",
        "Up to 4 solutions",
        "their share is 90% or less",
        "up to 2 of the solutions",
        "was not checked",
        "were dropped.",
        "changed by more than -1 points",
    ):
        assert phrase in text


def test_the_first_round_is_written_by_the_model_as_it_came() -> None:
    assert "second round" not in screen_message(tiny(), rounds=1)
    assert "goes on with" not in screen_message(tiny(), rounds=1)


def test_nothing_is_said_of_this_machine(tmp_path: Path) -> None:
    config = tiny()
    (tmp_path / "encoder").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "seeds.jsonl").write_text('{"question": "One?"}\n{"question": "Two?"}\n')
    config.source = {"use": "vary", "path": str(tmp_path / "seeds.jsonl")}
    config.dedup.embedding = Embedding(encoder=str(tmp_path / "encoder"))
    config.evaluation.tasks = [str(tmp_path / "mine.yaml")]
    config.model.path = str(tmp_path / "model")
    model = cards.model_card(config, 1, pairs=1, replayed=0, steps=1, epochs=1, lineage=[])
    for text in (screen_message(config), dataset_card(config, 1, []), model):
        assert str(tmp_path) not in text
    assert "`seeds.jsonl`" in screen_message(config)
    assert "`encoder`" in screen_message(config)


def test_the_gate_is_told_by_its_rule_and_its_guard() -> None:
    config = tiny()
    assert "accuracy on `nano_dev`, a benchmark with known answers, rose; no other" in screen_message(config)
    config.evaluation.gate.rule = {"use": "better", "level": 0.01}
    assert "was shown to have risen (a paired one-sided test at level 0.01); no other" in screen_message(config)
    config.evaluation.gate.rule = {"use": "not_worse", "margin": 1.5}
    assert "was not shown to have fallen by more than 1.5 points (one-sided, level 0.05)" in screen_message(config)
    config.evaluation.guard_task = "nano_skills_dev"
    text = screen_message(config)
    assert "`nano_skills_dev`, another one, was not shown to have fallen more than 1 points below the base" in text
    assert "the known answers of `nano_dev` and `nano_skills_dev` alone decided" in text
    assert "`nano_math`, `nano_dev` and `nano_skills_dev`" in text.replace("left out", "")


def test_a_label_rule_of_somebodys_own_is_named_and_no_vote_is_claimed() -> None:
    config = composed()
    config.label = {"use": "their_package.rules:Longest"}
    text = " ".join(provenance.data(config, 1))
    assert "The labels were made from them by the rule `their_package.rules:Longest`, which is not part of" in text
    assert "most of them give" not in text
