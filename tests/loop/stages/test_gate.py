from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from crescent.console.progress import Reporter
from crescent.errors import DamagedError, StageError
from crescent.evaluation.gate import Verdict
from crescent.evaluation.results import Item, TaskResult
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import AnswersFacts, EvaluationFacts, QuestionsFacts, TaskScore, TrainingFacts
from crescent.loop.stages.gate import FILE, Verdicts, paired, verdict_of
from crescent.records import Completion, Diversity
from crescent.runs.folder import read_json
from crescent.runs.manifest import Facts, Manifest, Spec
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.facts import blank, plain


def made(kind: type[Facts], **facts: Any) -> Manifest:
    plan = Spec(stage=kind.__name__, version=1, config={}, inputs={})
    return Manifest(spec=plan, files={}, facts=plain(kind, **facts), tokens=0, seconds=0.0)


def asked(accepted: int, written: int, rewrites: int = 0, vendi: float = 5.0) -> Manifest:
    diversity = blank(Diversity, vendi=vendi, vendi_sample=10)
    return made(QuestionsFacts, accepted=accepted, written=written, rewrites=rewrites, diversity=diversity)


def measured(dev: float, test: float = 0.5) -> Manifest:
    return scored(nano_dev=dev, nano_math=test)


def scored(**values: float) -> Manifest:
    return made(EvaluationFacts, tasks={task: blank(TaskScore, value=value) for task, value in values.items()})


def judge(
    context: Context, dev: list[float | None], test: float = 0.5, agreement: tuple[float, ...] = (0.5,) * 9
) -> list[Verdict]:
    """The verdicts of rounds whose dev accuracies are `dev[1:]`; None is a round whose training failed."""
    assert dev[0] is not None
    verdicts = Verdicts(context, measured(dev[0], test))
    return [
        verdicts.next(
            number,
            made(TrainingFacts, state="finished" if score is not None else "loss is not a number"),
            None if score is None else measured(score, test),
            asked(8, 10),
            made(AnswersFacts, mean_agreement=agreement[number]),
        )
        for number, score in enumerate(dev[1:], start=1)
    ]


@pytest.fixture
def context(tmp_path: Path, context_of: Callable[..., Context]) -> Context:
    return context_of(tmp_path)


def test_rounds_are_kept_and_rejected_by_the_dev_task(context: Context) -> None:
    verdicts = judge(context, [0.4, 0.5, 0.45, 0.6])
    assert [verdict.accepted for verdict in verdicts] == [True, False, True]
    assert [verdict.best_round for verdict in verdicts] == [1, 1, 3]
    assert [verdict.best_before for verdict in verdicts] == [0.4, 0.5, 0.5]


def test_every_verdict_is_written_and_read_back(context: Context) -> None:
    verdicts = judge(context, [0.4, 0.5, None])
    for number, verdict in enumerate(verdicts, start=1):
        written = read_json(context.run.path / f"round-{number:02d}" / FILE)
        assert verdict_of(context, number) == verdict == msgspec.convert(written, Verdict)
    assert "loss is not a number" in verdicts[1].verdict
    assert verdict_of(context, 3) is None
    gates = [event for event in context.run.events if event["event"] == "gate"]
    assert [(e["round"], e["accepted"], e["best_round"]) for e in gates] == [(1, True, 1), (2, False, 1)]


@pytest.mark.parametrize("test", [0.0, 0.9, -3.0])
def test_the_test_tasks_change_no_verdict(context: Context, test: float) -> None:
    scores = [0.4, 0.5, 0.45, 0.6]
    assert judge(context, [*scores], test) == judge(context, [*scores])


def test_the_test_tasks_need_not_even_be_there(context: Context) -> None:
    verdicts = Verdicts(context, scored(nano_dev=0.4))
    verdict = verdicts.next(
        1,
        made(TrainingFacts, state="finished"),
        scored(nano_dev=0.5),
        asked(1, 1),
        made(AnswersFacts, mean_agreement=1.0),
    )
    assert verdict.accepted


def test_without_a_base_evaluation_the_first_round_is_kept(context: Context) -> None:
    verdict = Verdicts(context, None).next(
        1,
        made(TrainingFacts, state="finished"),
        measured(0.1),
        asked(1, 1),
        made(AnswersFacts, mean_agreement=1.0),
    )
    assert (verdict.accepted, verdict.best_before) == (True, None)


def test_agreement_and_diversity_come_from_the_rounds_own_facts(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = tiny()
    config.evaluation.gate.stop_on_false_confidence = True
    falling = judge(context_of(tmp_path, config), [0.4, 0.5, 0.45], agreement=(0.0, 0.5, 0.7))
    assert falling[0].stop is None
    assert falling[1].stop is not None
    assert "50.0% to 70.0%" in falling[1].stop
    config.evaluation.gate.min_distinct = 0.9
    [collapsed] = judge(context_of(tmp_path, config), [0.4, 0.5])
    assert collapsed.stop is not None
    assert "80.0%" in collapsed.stop


def test_gate_json_has_the_rule_the_inputs_and_the_verdict_in_words(context: Context) -> None:
    judge(context, [0.4, 0.5, None], agreement=(0.0, 0.5, 0.6))
    written = verdict_of(context, 2)
    assert written is not None
    assert "accuracy on nano_dev" in written.rule and "no reported benchmark" in written.rule
    assert msgspec.to_builtins(written.inputs) == {
        "dev_task": "nano_dev",
        "dev_accuracy": [0.4, 0.5, None],
        "label_agreement": [0.5, 0.6],
        "new_questions": [0.8, 0.8],
        "variety": [0.5, 0.5],
        "guard_task": None,
        "guard_accuracy": [],
    }
    assert written.verdict.startswith("Round 2 rejected, back to round 1: not evaluated")


def test_rewrites_count_as_written(context: Context) -> None:
    verdicts = Verdicts(context, measured(0.4))
    answers = made(AnswersFacts, mean_agreement=0.5)
    verdict = verdicts.next(1, made(TrainingFacts, state="finished"), measured(0.5), asked(8, 10, rewrites=6), answers)
    assert verdict.inputs.new_questions == [0.5]


def test_without_a_dev_task_there_is_nothing_to_judge_by(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    config.evaluation.dev_task, config.evaluation.gate.enabled = "", False
    verdict = judge(context_of(tmp_path, config), [0.4, 0.1])[0]
    assert verdict.accepted and verdict.inputs.dev_accuracy == [None, None]


def test_a_damaged_verdict_is_told(context: Context) -> None:
    judge(context, [0.4, 0.5])
    (context.run.path / "round-01" / FILE).write_text('{"accepted": tr')
    with pytest.raises(DamagedError, match=r"round-01/gate\.json"):
        verdict_of(context, 1)


def test_a_single_question_has_its_full_share(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(context.report, "say", said.append)
    questions = asked(1, 1, vendi=1.0)
    questions.facts["diversity"]["vendi_sample"] = 1
    monkeypatch.setitem(globals(), "asked", lambda *counts: questions)
    [verdict] = judge(context, [0.4, 0.5])
    assert (verdict.inputs.new_questions, verdict.inputs.variety) == ([1.0], [1.0])
    assert said == [f"round 1 gate: {verdict.verdict}"]


def said(run: Path, place: str, texts: list[str], stop: str = "stop") -> Manifest:
    """A measured model that wrote these texts, a token a word, with its rows on disk."""
    stage, task = f"{place}/evaluation", "nano_dev"
    items = [
        Item(id=f"{task}/{n}", correct=True, score=1.0, output=text, target="1", tokens=len(text.split()))
        for n, text in enumerate(texts)
    ]
    ShardFolder(run / stage / "results").write(0, [blank(TaskResult, task=task, items=items)])
    row = {"sample": 0, "stop": stop, "prompt_tokens": 1, "tokens": 9, "logprob": None}
    rows = [msgspec.convert({"request": item.id, "text": item.output, **row}, Completion) for item in items]
    ShardFolder(run / stage / "completions").write(0, rows)
    made_here = measured(0.5)
    return msgspec.structs.replace(made_here, spec=msgspec.structs.replace(made_here.spec, stage=stage))


def test_replies_that_change_are_warned_of_and_decide_nothing(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    context.report = Reporter(Console(width=200))
    verdicts = Verdicts(context, said(context.run.path, "base", ["one two three"] * 4))
    finished, voted = made(TrainingFacts, state="finished"), made(AnswersFacts, mean_agreement=0.5)
    same = verdicts.next(1, finished, said(context.run.path, "round-01", ["1 2 3"] * 4), asked(8, 10), voted)
    assert (same.alarms, same.replies) == ([], same.base_replies)
    loop = said(context.run.path, "round-02", ["no " * 60] * 4, "length")
    other = verdicts.next(2, finished, loop, asked(8, 10), voted)
    assert [text.split(" (")[0] for text in other.alarms] == [
        "Replies grow: 60 tokens on average, 3 of the base model",
        "100.0% of the replies are cut at the token limit, 0.0% of the base model's",
        "100.0% of the replies repeat themselves, 0.0% of the base model's",
    ]
    assert (other.accepted, other.best_round, other.stop) == (same.accepted, same.best_round, same.stop)
    assert verdict_of(context, 2) == other
    assert capsys.readouterr().out.count("round 2 warning: ") == 3


def test_models_that_were_asked_different_problems_are_not_compared() -> None:
    def items(*numbers: int) -> list[Item]:
        return [Item(id=f"t/{n}", correct=True, score=n / 4, output="", target="") for n in numbers]

    assert paired("t", items(2, 1), items(1, 2)) == [(0.25, 0.25), (0.5, 0.5)]
    for other in (items(1), items(1, 3), items(1, 2, 3)):
        with pytest.raises(StageError, match="different problems"):
            paired("t", items(1, 2), other)
