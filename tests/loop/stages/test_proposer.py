"""The proposer: what it learns, that it alone asks and the solver alone answers and learns, and what a kill leaves."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.run import start
from crescent.commands.verify.command import examine
from crescent.config.effects import settings
from crescent.config.schema import Config, Model, Proposer
from crescent.console.progress import Reporter
from crescent.loop.stages import proposer
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import ProposerFacts
from crescent.loop.stages.trained import has_model, proposer_after
from crescent.models.chat import rendered
from crescent.records import Consensus, Drop, Proposed, Question
from crescent.runs import rows
from crescent.runs.manifest import MANIFEST, Manifest, facts_of, read_sealed
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.facts import blank

STAGE = "round-02/proposer"


def configured(low: float = 0.25, high: float = 0.75) -> Config:
    config = tiny()
    config.questions.proposer = Proposer(low, high)
    return config


def manifest(run: Path, name: str) -> Manifest:
    found = read_sealed(run / name / MANIFEST, Manifest)
    assert found is not None
    return found


def learned(context: Context, start: ModelRef | None = None) -> Manifest:
    """The stage of round 2, on the questions and votes of a finished first round."""
    before = (manifest(context.run.path, f"round-01/{kind}") for kind in ("questions", "answers"))
    return proposer.run(context, 2, start or context.base, *before)


@pytest.fixture(scope="module")
def steered_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run of two rounds with a proposer. Only to be read."""
    folder = tmp_path_factory.mktemp("steered") / "run"
    config = configured()
    config.training.start_from, config.evaluation.gate.enabled = "previous", False
    assert start(config, folder) == 0
    return folder


def test_the_band_has_both_its_ends_and_what_the_budget_cut_off_has_no_agreement() -> None:
    asked = [Question(id=f"q{n}", round=1, wave=1, text=f"How many is {n}?") for n in range(11)]
    votes = [blank(Consensus, question=f"q{n}", votes=n, samples=10, agreement=n / 10) for n in range(11)]
    votes[5] = blank(Consensus, question="q5", reason="beyond-budget")
    inside, drops = proposer.split(asked, votes, Proposer(0.3, 0.8))
    assert [row.id for row in inside] == ["q3", "q4", "q6", "q7", "q8"]
    assert {drop.id: drop.reason for drop in drops} == {
        "q0": "below-band", "q1": "below-band", "q2": "below-band", "q5": "beyond-budget", "q9": "above-band",
        "q10": "above-band",
    }  # fmt: skip


def test_it_learns_to_answer_the_bait_with_the_questions_in_the_band(
    copied_run: Path, context_of: Callable[..., Context]
) -> None:
    context = context_of(copied_run, configured())
    made = learned(context)
    facts = facts_of(made, ProposerFacts)
    votes = {v.question: v for v in ShardFolder(copied_run / "round-01/answers/consensus").stream(Consensus)}
    questions = list(ShardFolder(copied_run / "round-01/questions/accepted").stream(Question))
    band = [question for question in questions if 0.25 <= votes[question.id].agreement <= 0.75]
    assert [row.question for row in rows.read(copied_run / STAGE / "band.jsonl", Proposed)] == [q.text for q in band]
    drops = list(ShardFolder(copied_run / STAGE / "drops").stream(Drop))
    assert (facts.questions, facts.learned) == (len(questions), len(questions) - len(drops))
    assert facts.learned == len(band) > 0
    assert (facts.epochs, facts.steps) == (2, 2 * -(-len(band) // context.config.training.batch_size))
    assert made.tokens == facts.tokens > facts.question_tokens > 0
    after = proposer_after(context, made, context.base)
    assert (after.label, after.identity, after.asks) == (STAGE, made.outcome, True)
    texts = [question.text for question in band]
    assert nats(context, after, texts) < nats(context, context.base, texts) - 0.02
    card = (copied_run / STAGE / "model/README.md").read_text()
    assert f"{len(band)} questions of round 1" in card
    assert "`round-01/answers`" in card
    assert str(copied_run) not in card


def nats(context: Context, ref: ModelRef, texts: list[str]) -> float:
    """Mean negative log-likelihood of the texts' tokens as replies to the bait."""
    import torch

    loaded, total, count = context.model(ref), 0.0, 0
    prompt = rendered(loaded.tokenizer, context.config.questions.bait)
    start = len(loaded.tokenizer(prompt, add_special_tokens=False)["input_ids"])
    for text in texts:
        ids = torch.tensor([loaded.tokenizer(prompt + text, add_special_tokens=False)["input_ids"]])
        with torch.no_grad():
            logits = loaded.model(ids).logits.log_softmax(-1)
        total -= float(logits[0, start - 1 : -1].gather(1, ids[0, start:, None]).sum())
        count += ids.shape[1] - start
    return total / count


def test_an_empty_band_keeps_the_proposer_and_says_so(
    copied_run: Path, context_of: Callable[..., Context], capsys: pytest.CaptureFixture[str]
) -> None:
    context = context_of(copied_run, configured(0.01, 0.02))
    context.report = Reporter()
    before = ModelRef("round-09/proposer", str(copied_run / "round-01/training/model"), "before", asks=True)
    made = learned(context, before)
    assert not has_model(made)
    assert proposer_after(context, made, before) == before
    facts = facts_of(made, ProposerFacts)
    assert (facts.state, facts.steps, facts.mean_agreement) == (proposer.EMPTY, 0, None)
    assert sum(facts.drops.values()) == facts.questions
    said = "round 2: no question was in the band, so the proposer stays what it was (round-09/proposer)"
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_proposer_asked_and_the_solver_answered_and_learned(steered_run: Path) -> None:
    """By content: what each stage was given is what it has in its plan."""
    inputs = {name: manifest(steered_run, f"round-02/{name}").spec.inputs for name in ("questions", "answers")}
    asks, solves = manifest(steered_run, STAGE), manifest(steered_run, "round-01/training")
    assert inputs["questions"]["model"] == asks.outcome
    assert inputs["answers"]["model"] == solves.outcome
    assert manifest(steered_run, "round-02/training").spec.inputs["start"] == solves.outcome
    assert asks.spec.inputs["start"] == manifest(steered_run, "round-01/questions").spec.inputs["model"]
    assert asks.spec.inputs["round-01/answers"] == manifest(steered_run, "round-01/answers").outcome


def test_summary_page_and_cards_tell_of_it(steered_run: Path) -> None:
    facts = facts_of(manifest(steered_run, STAGE), ProposerFacts)
    summary = json.loads((steered_run / "summary.json").read_text())
    first, second = summary["rounds"]
    assert first["proposer"] is None
    assert second["proposer"]["learned"] == facts.learned
    assert {cost["stage"]: cost["tokens"] for cost in summary["cost"]}[STAGE] == facts.tokens
    assert STAGE in summary["plan"]["stages"]
    page = (steered_run / "report.html").read_text()
    assert "<h3>The proposer</h3>" in page
    assert f"Of {facts.questions} questions {facts.learned} were learned from" in page
    for place in ("dataset/README.md", "training/model/README.md"):
        card = (steered_run / "round-02" / place).read_text()
        assert "by nano and, from the second round on, by the proposer" in card
        assert "on which 25% to 75% of the solutions agreed; it solved none" in card
        assert "the proposer" not in (steered_run / "round-01" / place).read_text()


def test_its_rows_and_its_place_in_the_chain_are_verified(steered_run: Path, tmp_path: Path) -> None:
    def wrong(folder: Path) -> list[str]:
        checks = {check.name: check for check in examine(folder).listed()}
        assert checks["proposer"].compared
        return [each.line() for name in ("chain", "proposer") for each in checks[name].disagreements]

    assert wrong(steered_run) == []
    copy = Path(shutil.copytree(steered_run, tmp_path / "copy"))
    lines = (copy / STAGE / "band.jsonl").read_text().splitlines()
    (copy / STAGE / "band.jsonl").write_text("\n".join(lines[1:]) + "\n")
    assert any("band.jsonl" in line for line in wrong(copy))


def test_a_run_that_lost_it_makes_it_again_and_all_the_same(
    steered_run: Path, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    """What a kill before the manifest leaves: the stage goes on, and ends with the same files."""
    copy = Path(shutil.copytree(steered_run, tmp_path / "copy"))
    expected = manifest(copy, STAGE)
    for name in (MANIFEST, "band.jsonl", "model/model.safetensors"):
        (copy / STAGE / name).unlink()
    assert learned(context_of(copy, configured())).files == expected.files
    assert learned(context_of(copy, configured())).outcome == expected.outcome


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda config: setattr(config.questions.proposer, "max_agreement", 0.5), "max_agreement: 0.75 -> 0.5"),
        (lambda config: setattr(config.questions.proposer, "epochs", 3), "epochs: 2 -> 3"),
        (lambda config: setattr(config.training, "learning_rate", 0.1), "training.learning_rate: 0.001 -> 0.1"),
        (lambda config: setattr(config.questions, "bait", "Another one."), "questions.bait"),
    ],
)
def test_other_settings_are_refused_by_name(
    steered_run: Path, context_of: Callable[..., Context], change: Callable[[Config], Any], named: str
) -> None:
    from crescent.errors import RunFolderError

    config = configured()
    change(config)
    with pytest.raises(RunFolderError) as message:
        learned(context_of(steered_run, config))
    assert named in str(message.value)


def test_what_the_solver_alone_learns_by_is_no_part_of_its_plan() -> None:
    config = configured()
    before = proposer.decided(config)
    config.objective, config.training.epochs, config.training.start_from = {"use": "scpo"}, 7, "previous"
    config.voting.prompt = "{question} Solve."
    assert proposer.decided(config) == before
    assert "proposer" not in settings(config, "questions")["questions"]
    assert proposer.training_of(config).epochs == 2


def test_in_a_distillation_it_is_a_model_of_the_teacher(context_of: Callable[..., Context], tmp_path: Path) -> None:
    config = configured()
    config.student = Model(name="student", path="embedded:nano/student")
    context = context_of(tmp_path, config)
    context.student = ModelRef("base", "embedded:nano/student", "its weights")
    asks = ModelRef(STAGE, "somewhere", "other weights", asks=True)
    assert context.settings(asks) is config.model
    assert context.settings(ModelRef("round-01", "somewhere", "other weights")) is config.student
