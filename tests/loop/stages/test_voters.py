"""Labels that need more than the model's own solutions: what is sampled, what is counted, what goes on after a kill."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.schema import Config
from crescent.errors import RunFolderError
from crescent.loop.stages import answers
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import AnswersFacts
from crescent.loop.stages.rows import beside_tokens, solution_passes, solutions, view_passes
from crescent.loop.stages.voters import other_voters
from crescent.models.locate import locate
from crescent.records import Consensus, Question
from crescent.runs.manifest import MANIFEST, Facts, Manifest, facts_of
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import by_question
from crescent.voting.labels.label import label_of
from tests.conftest import tiny

TEXTS = [f"Ann has {n} apples. Ann gets 2 more apples. How many apples does Ann have now?" for n in range(2, 5)]


def configured(**label: object) -> Config:
    config = tiny()
    config.voting.samples, config.label = 2, dict(label)
    return config


def asked(context: Context) -> Manifest:
    stage = context.run.stage("round-01/questions", 1, {}, {})
    stage.begin()
    rows = [Question(id=f"r01-w001-q{n:05d}", round=1, wave=1, text=text) for n, text in enumerate(TEXTS)]
    stage.shards("accepted").write(0, rows)
    return stage.finish(Facts())


def answered(context: Context) -> tuple[Path, Manifest]:
    manifest = answers.run(context, "round-01", context.base, asked(context))
    return context.run.path / "round-01/answers", manifest


def outcomes(folder: Path) -> list[Consensus]:
    return list(ShardFolder(folder / "consensus").stream(Consensus))


def test_views_are_the_answers_to_the_models_own_rewording(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    plain, _ = answered(context_of(tmp_path / "plain", configured(use="majority")))
    context = context_of(tmp_path / "views", configured(use="views", samples=3))
    folder, manifest = answered(context)
    assert list(solutions(folder)) == list(solutions(plain))  # the question's own solutions are those without views
    [views] = view_passes(folder)
    drawn = dict(by_question([solutions(folder), views]))
    assert [[row.sample for row in rows] for rows in drawn.values()] == [[0, 1, 2, 3, 4]] * 3
    voting = context.config.voting
    assert outcomes(folder) == [label_of(context.config).decide(id, rows, voting) for id, rows in drawn.items()]
    facts = facts_of(manifest, AnswersFacts)
    assert facts.solutions == 6
    assert facts.tokens == manifest.tokens == sum(row.tokens for row in solutions(folder)) + beside_tokens(folder)
    assert beside_tokens(folder) > 0


@pytest.mark.parametrize("lost", ["reworded", "views", "consensus"])
def test_what_a_kill_took_is_made_again(tmp_path: Path, context_of: Callable[..., Context], lost: str) -> None:
    context = context_of(tmp_path, configured(use="views"))
    folder, manifest = answered(context)
    before = manifest.files
    (folder / MANIFEST).unlink()
    shutil.rmtree(folder / lost)
    assert answers.run(context, "round-01", context.base, asked(context)).files == before


def test_models_vote_together_and_alone_there_is_one(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    plain, _ = answered(context_of(tmp_path / "plain", configured(use="majority")))
    alone, manifest = answered(context_of(tmp_path / "alone", configured(use="models")))
    assert outcomes(alone) == outcomes(plain)
    assert not any(name.startswith("voter") for name in manifest.spec.inputs)
    other = shutil.copytree(locate("embedded:nano"), tmp_path / "other")
    (other / "generation_config.json").write_text("{ }")  # the same weights, and not the same content
    folder, manifest = answered(context_of(tmp_path / "two", configured(use="models", paths=[str(other)])))
    assert "voter 1" in manifest.spec.inputs
    drawn = dict(by_question(solution_passes(folder)))
    assert [[row.sample for row in rows] for rows in drawn.values()] == [[0, 1, 2, 3]] * 3
    assert [row for row in solutions(folder) if row.sample < 2] == list(solutions(plain))
    assert {row.samples for row in outcomes(folder)} == {4}


def test_the_models_of_earlier_rounds_are_those_that_answered_there(
    finished_run: Path, context_of: Callable[..., Context]
) -> None:
    config = tiny()
    config.label = {"use": "models", "earlier": 3}
    context = context_of(finished_run, config)
    needs = label_of(config).needs()
    assert other_voters(context, "round-01", needs, context.base) == []
    assert other_voters(context, "round-02", needs, context.base) == []  # the same model does not vote twice
    trained = type(context.base)("round-01", "elsewhere", "another")
    assert other_voters(context, "round-02", needs, trained) == [context.base]


def test_voting_anew_needs_what_was_sampled(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    from crescent.commands.vote import _rule_for

    config = configured(use="views")
    stored = {"label": {"use": "majority"}}
    with pytest.raises(RunFolderError, match=r"label=views needs samples of its own") as refused:
        _rule_for(config, stored, tmp_path)
    assert "\n" not in str(refused.value)
    assert _rule_for(config, {"label": dict(config.label)}, tmp_path) == label_of(config)
    assert _rule_for(configured(use="soft"), stored, tmp_path) == label_of(configured(use="soft"))
