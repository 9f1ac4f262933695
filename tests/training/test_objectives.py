"""Losses of the objectives against hand-worked numbers and against TRL's DPOTrainer; where the reference is from."""

import dataclasses
import importlib
import json
import math
import sys
from pathlib import Path

import pytest
import torch

from crescent.records import Pair
from crescent.training.examples import Lesson, encode_pairs
from crescent.training.fit import train
from crescent.training.objectives.scpo import Scpo
from crescent.training.objectives.sft import Sft
from crescent.training.objectives.weighted import Weighted
from crescent.training.preference import preference_loss
from crescent.training.reference import FILE


def pair(**fields):
    made = {"solution": "3", "rejected": "4", "margin": 0.5, "weight": 0.25} | fields
    return Pair(id="q", round=1, question="1 + 2?", answer="3", agreement=0.75, **made)


def loss_of(model, tokenizer, prompt, solution):
    """(log-probability of the solution, its tokens), by a plain forward pass."""
    [example] = encode_pairs(tokenizer, [(prompt, solution)], 256).kept
    ids = torch.tensor([example.input_ids])
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, example.prompt_length - 1 : -1]
    targets = ids[0, example.prompt_length :]
    return -float(torch.nn.functional.cross_entropy(logits, targets, reduction="sum")), len(targets)


@pytest.fixture
def first_loss(tiny_model, tokenizer, config, tmp_path):
    """The loss of the first step, all lessons in one, and the model that it is of."""

    def run(objective, lessons, **settings):
        model, start = tiny_model(), tiny_model()
        changed = dataclasses.replace(config, epochs=1, batch_size=len(lessons), micro_batch_size=1, **settings)
        result = train(
            model, tokenizer, lessons, changed, seed=1, folder=tmp_path / "training", accelerator="cpu",
            objective=objective,
        )  # fmt: skip
        return result.losses[0], start

    return run


def test_preference_by_hand():
    """Chosen gained 1 nat and rejected lost 2: 0.5 * 3 = 1.5, and -log sigmoid(1.5) = log(1 + e^-1.5)."""
    loss = preference_loss(torch.tensor(-4.0), torch.tensor(-9.0), (-5.0, -7.0), beta=0.5)
    assert float(loss) == pytest.approx(math.log(1 + math.exp(-1.5)), abs=1e-6) == pytest.approx(0.2014133, abs=1e-6)


def test_scpo_begins_at_log_two_and_the_likelihood_of_the_chosen(first_loss, tokenizer):
    """At the start the student is the reference: each pair gives w * (log 2 + alpha * nll / tokens)."""
    lessons = [Lesson("a?", "yes, yes", 0.5, "no"), Lesson("b?", "no", 0.25, "perhaps")]
    loss, model = first_loss(Scpo(beta=0.5, alpha=2.0), lessons)
    expected = 0.0
    for lesson in lessons:
        logprob, tokens = loss_of(model, tokenizer, lesson.prompt, lesson.solution)
        expected += lesson.weight * (math.log(2) - 2.0 * logprob / tokens) / len(lessons)
    assert loss == pytest.approx(expected, abs=1e-5)


def test_weighted_is_the_weighted_sum_over_all_tokens(first_loss, tokenizer):
    lessons = [Lesson("a?", "yes, yes", 0.2), Lesson("b?", "no", 0.8), Lesson("c?", "so so", 0.5)]
    loss, model = first_loss(Weighted(), lessons)
    found = [loss_of(model, tokenizer, lesson.prompt, lesson.solution) for lesson in lessons]
    # The mean weight is 0.5.
    expected = -sum(w / 0.5 * logprob for w, (logprob, _) in zip((0.2, 0.8, 0.5), found, strict=True))
    assert loss == pytest.approx(expected / sum(tokens for _, tokens in found), abs=1e-5)


def test_equal_weights_learn_what_sft_learns(tiny_model, tokenizer, pairs, config, tmp_path):
    lessons = [Lesson(prompt, solution, 0.7) for prompt, solution in pairs]
    models = [tiny_model(), tiny_model()]
    results = [
        train(model, tokenizer, lessons, config, seed=1, folder=tmp_path / type(each).__name__, objective=each,
              accelerator="cpu")
        for model, each in zip(models, (Sft(), Weighted()), strict=True)
    ]  # fmt: skip
    assert results[0].losses == pytest.approx(results[1].losses, rel=1e-5)
    for ours, theirs in zip(models[0].parameters(), models[1].parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("objective", "changed", "reason"),
    [
        (Scpo(), {"rejected": None}, "no-rejected"),
        (Scpo(), {"rejected": " 3\n"}, "no-rejected"),  # equal in text
        (Scpo(), {"rejected": "  "}, "no-rejected"),
        (Scpo(), {"margin": None}, "no-rejected"),
        (Scpo(), {"margin": 0.0}, "no-rejected"),
        (Weighted(), {"weight": 0.0}, "no-weight"),
    ],
)
def test_a_pair_that_has_not_what_it_takes_drops(objective, changed, reason):
    assert objective.lesson("p", pair(**changed)) == reason


def test_what_each_objective_learns_from_a_pair():
    assert Sft().lesson("p", pair(margin=None)) == Lesson("p", "3")
    assert Weighted().lesson("p", pair()) == Lesson("p", "3", 0.25)
    assert Scpo().lesson("p", pair()) == Lesson("p", "3", 0.5, "4")


def test_a_rejected_solution_that_is_too_long_drops_its_pair(tokenizer):
    found = encode_pairs(tokenizer, [Lesson("a", "b", 1.0, "c" * 90), Lesson("a", "b", 1.0, "c")], 64)
    assert (found.dropped, found.pairs) == ({0: "too-long"}, [1])


def test_the_student_comes_to_prefer_the_chosen_solutions(tiny_model, tokenizer, config, tmp_path):
    lessons = [Lesson(f"{n}?", f"yes {n}", 1.0, f"no {n}") for n in range(6)]
    changed = dataclasses.replace(config, epochs=12, batch_size=6)
    result = train(
        tiny_model(), tokenizer, lessons, changed, seed=1, folder=tmp_path, objective=Scpo(), accelerator="cpu"
    )
    assert result.figures == {"contrasted": 6.0, "preferred": 6.0}
    assert result.mean_weight == 1.0


def test_the_reference_is_kept_and_made_anew_where_it_was_damaged(tiny_model, tokenizer, config, tmp_path):
    lessons = [Lesson(f"{n}?", f"yes {n}", 1.0, f"no {n}") for n in range(6)]

    def learn(seed=0):
        model = tiny_model(seed=seed)
        train(model, tokenizer, lessons, config, seed=1, folder=tmp_path, objective=Scpo(), accelerator="cpu")
        return (tmp_path / FILE).read_bytes()

    first = learn()
    sums = dict(json.loads(first)["content"]["sums"])
    assert sorted(sums) == list(range(6))
    for number, lesson in enumerate(lessons):
        for found, solution in zip(sums[number], (lesson.solution, lesson.rejected), strict=True):
            assert found == pytest.approx(loss_of(tiny_model(), tokenizer, lesson.prompt, solution)[0], abs=1e-4)
    # A start that finds it does not compute it: that of another model would be other numbers.
    assert learn(seed=5) == first
    (tmp_path / FILE).write_bytes(first.replace(b"-", b"+", 1))
    assert learn() == first


def test_the_loss_is_trls(monkeypatch):
    pytest.importorskip("trl")
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    try:
        assert importlib.import_module("objectives").scpo_loss_difference(6) <= 1e-5
    finally:
        sys.modules.pop("objectives", None)
