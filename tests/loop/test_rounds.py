"""What the loop decides, case by case: who writes, what is trained, what is kept, when it ends. No model is run.

The executor of these tests notes each call in a line and answers with the manifest that the stage would have made. The
gate that judges the dev scores is the real one.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from crescent.config.schema import Config, Model, Proposer
from crescent.evaluation.results import Item, TaskResult
from crescent.loop.pipeline import rounds
from crescent.loop.stages.calls import Stages
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import DrawnTask, Share, TaskScore
from crescent.loop.stages.gate import FILE
from crescent.loop.stages.table import STAGES, stages_of
from crescent.loop.stages.trained import MODEL
from crescent.records import Diversity
from crescent.runs.folder import read_json
from crescent.runs.manifest import Manifest, Spec
from crescent.runs.names import round_folder
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.facts import blank, plain


@dataclass
class Notebook:
    """An executor. `dev`: accuracy on the dev task by model; None: its training came to nothing. `empty`: rounds in
    which the proposer has nothing to learn. `sampled`: avg@K of the dev task."""

    dev: dict[str, float | None]
    agreement: dict[str, float] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    guard: dict[str, float] = field(default_factory=dict)
    run: Path | None = None
    sampled: dict[str, float] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __call__(self, stage: str, *arguments: Any) -> Manifest:
        place = f"round-{arguments[0]:02d}" if isinstance(arguments[0], int) else str(arguments[0])
        self.calls.append(" ".join([f"{place}/{stage}", *map(_words, arguments[1:])]).rstrip())
        return getattr(self, f"_{stage}", self._plain)(f"{place}/{stage}", place)

    def stages(self) -> list[str]:
        return [call.split()[0] for call in self.calls]

    def named(self, stage: str) -> list[str]:
        return [call for call in self.calls if call.split()[0].endswith(f"/{stage}")]

    def _plain(self, name: str, place: str, **facts: Any) -> Manifest:
        plan = Spec(stage=name, version=1, config={}, inputs={})
        said = plain(STAGES[name.split("/")[1]].facts, **facts)
        return Manifest(spec=plan, files={"rows": name}, facts=said, tokens=0, seconds=0.0)

    def _proposer(self, name: str, place: str) -> Manifest:
        made = self._plain(name, place)
        made.files = {} if place in self.empty else {f"{MODEL}/model.safetensors": name}
        return made

    def _questions(self, name: str, place: str) -> Manifest:
        return self._plain(name, place, accepted=8, written=10, diversity=blank(Diversity, vendi=5.0, vendi_sample=8))

    def _answers(self, name: str, place: str) -> Manifest:
        return self._plain(name, place, mean_agreement=self.agreement.get(place, 0.5))

    def _training(self, name: str, place: str) -> Manifest:
        failed = self.dev[place] is None
        made = self._plain(name, place, state="the loss is not a number" if failed else "finished")
        made.files = {} if failed else {f"{MODEL}/model.safetensors": name}
        return made

    def _evaluation(self, name: str, place: str) -> Manifest:
        values = {"nano_dev": self.dev[place], "nano_skills_dev": self.guard.get(place)}
        measured = {task: value for task, value in values.items() if value is not None}
        if self.run is not None:
            shards = ShardFolder(self.run / name / "results")
            for number, (task, value) in enumerate(measured.items()):
                shards.write(number, [_result(task, value)])
        return self._plain(name, place, tasks={task: blank(TaskScore, value=value) for task, value in measured.items()})

    def _draws(self, name: str, place: str) -> Manifest:
        average = Share(value=self.sampled.get(place, 0.0), low=None, high=None)
        return self._plain(name, place, tasks={"nano_dev": blank(DrawnTask, average=average)} if self.sampled else {})


def _result(task: str, value: float) -> TaskResult:
    """A hundred problems, of which the first ones are right."""
    right = [number < round(100 * value) for number in range(100)]
    items = [
        Item(id=f"{task}/{number}", correct=one, score=float(one), output="a few words", target="1", tokens=3)
        for number, one in enumerate(right)
    ]
    return blank(TaskResult, task=task, items=items)


def _words(argument: Any) -> str:
    if isinstance(argument, ModelRef):
        return argument.label
    if isinstance(argument, Manifest):
        return argument.spec.stage
    return "-" if argument is None else "[" + " ".join(map(_words, argument)) + "]"


@pytest.fixture
def loop(tmp_path: Path, context_of: Callable[..., Context]) -> Callable[..., tuple[Notebook, str | None]]:
    """Runs the loop of a configuration with an executor that notes; distillations have a student."""

    def run(config: Config, **outcomes: Any) -> tuple[Notebook, str | None]:
        context, notebook = context_of(tmp_path, config), Notebook(run=tmp_path, **outcomes)
        if config.student is not None:
            context.student, context.base = context.base, ModelRef("teacher", "teacher", "its weights")
        return notebook, rounds(context, notebook)

    return run


def configured(**settings: Any) -> Config:
    """`tiny()` with three rounds, and with keys of training, evaluation or gate set."""
    config = tiny()
    config.rounds = 3
    for key, value in settings.items():
        place: Any = config
        *groups, last = key.split("__")
        for group in groups:
            place = getattr(place, group)
        assert hasattr(place, last)
        setattr(place, last, value)
    return config


RISING = {"base": 0.4, "round-01": 0.5, "round-02": 0.6, "round-03": 0.7}
SECOND_WORSE = RISING | {"round-02": 0.45}
SECOND_FAILED = RISING | {"round-02": None}
SECOND_BETTER_BY_CHANCE = RISING | {"round-02": 0.51}
SECOND_WORSE_BY_CHANCE = RISING | {"round-02": 0.49}
NONE_BETTER = RISING | {"round-01": 0.3, "round-02": 0.2, "round-03": 0.1}

DECISIONS = {
    # case: (settings, dev accuracies, who writes in each round, what each training starts from)
    "each round is the teacher of the next": ({}, RISING, "base round-01 round-02", "base base base"),
    "a rejected round teaches nobody": ({}, SECOND_WORSE, "base round-01 round-01", "base base base"),
    "a round whose training failed teaches nobody": ({}, SECOND_FAILED, "base round-01 round-01", "base base base"),
    "without a better round the base model teaches": ({}, NONE_BETTER, "base base base", "base base base"),
    "training goes on from the best": (
        {"training__start_from": "best"}, SECOND_WORSE, "base round-01 round-01", "base round-01 round-01",
    ),
    "training goes on from the best, each time": (
        {"training__start_from": "best"}, RISING, "base round-01 round-02", "base round-01 round-02",
    ),
    "without a gate the newest teaches": (
        {"evaluation__gate__enabled": False}, NONE_BETTER, "base round-01 round-02", "base base base",
    ),
    "a failed round teaches nobody without a gate either": (
        {"evaluation__gate__enabled": False}, SECOND_FAILED, "base round-01 round-01", "base base base",
    ),
    "points: a round that is better by chance teaches": (
        {}, SECOND_BETTER_BY_CHANCE, "base round-01 round-02", "base base base",
    ),
    "better: one that is better by chance teaches nobody": (
        {"evaluation__gate__rule": {"use": "better"}}, SECOND_BETTER_BY_CHANCE, "base round-01 round-01",
        "base base base",
    ),
    "not_worse: one that is worse by chance teaches": (
        {"evaluation__gate__rule": {"use": "not_worse"}}, SECOND_WORSE_BY_CHANCE, "base round-01 round-02",
        "base base base",
    ),
    "not_worse: one that is shown to be worse teaches nobody": (
        {"evaluation__gate__rule": {"use": "not_worse"}}, NONE_BETTER, "base base base", "base base base",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "dev", "teachers", "starts"), DECISIONS.values(), ids=DECISIONS)
def test_who_writes_and_what_is_trained(
    loop: Callable[..., Any], settings: dict[str, Any], dev: dict[str, float | None], teachers: str, starts: str
) -> None:
    notebook, note = loop(configured(**settings), dev=dev)
    assert note is None
    assert [call.split()[1] for call in notebook.named("questions")] == teachers.split()
    assert [call.split()[1] for call in notebook.named("answers")] == teachers.split()
    assert [call.split()[1] for call in notebook.named("training")] == starts.split()


def test_the_stages_hand_on_what_they_made(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(rounds=2), dev=RISING)
    assert notebook.calls == [
        "base/evaluation base",
        "round-01/questions base []",
        "round-01/answers base round-01/questions",
        "round-01/dataset round-01/questions round-01/answers []",
        "round-01/training base round-01/dataset -",
        "round-01/evaluation round-01",
        "round-02/questions round-01 [round-01/questions]",
        "round-02/answers round-01 round-02/questions",
        "round-02/dataset round-02/questions round-02/answers [round-01/dataset]",
        "round-02/training base round-02/dataset -",
        "round-02/evaluation round-02",
    ]


BAND = Proposer(0.3, 0.8)


def test_the_proposer_asks_and_the_solver_answers_and_learns(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(questions__proposer=BAND, training__start_from="previous"), dev=RISING)
    assert [call for call in notebook.calls if not call.split()[0].endswith(("/evaluation", "/dataset"))] == [
        "round-01/questions base []",
        "round-01/answers base round-01/questions",
        "round-01/training base round-01/dataset -",
        "round-02/proposer base round-01/questions round-01/answers",
        "round-02/questions round-02/proposer [round-01/questions]",
        "round-02/answers round-01 round-02/questions",
        "round-02/training round-01 round-02/dataset -",
        "round-03/proposer round-02/proposer round-02/questions round-02/answers",
        "round-03/questions round-03/proposer [round-01/questions round-02/questions]",
        "round-03/answers round-02 round-03/questions",
        "round-03/training round-02 round-03/dataset -",
    ]


PROPOSERS = {
    # case: (dev accuracies, rounds with nothing in the band, who asks in each round, who answers)
    "the gate does not speak of it": (SECOND_WORSE, (), "base round-02/proposer round-03/proposer", "1 1"),
    "nothing in the first band: the base model asks on": (RISING, ("round-02",), "base base round-03/proposer", "1 2"),
    "nothing in the next band: the one before asks on": (
        RISING, ("round-03",), "base round-02/proposer round-02/proposer", "1 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dev", "empty", "asks", "answers"), PROPOSERS.values(), ids=PROPOSERS)
def test_who_asks_where_a_proposer_learns(
    loop: Callable[..., Any], dev: dict[str, float | None], empty: tuple[str, ...], asks: str, answers: str
) -> None:
    notebook, _ = loop(configured(questions__proposer=BAND), dev=dev, empty=empty)
    assert [call.split()[1] for call in notebook.named("questions")] == asks.split()
    assert [call.split()[1] for call in notebook.named("answers")] == [
        "base", *(f"round-0{number}" for number in answers.split())
    ]  # fmt: skip
    starts = [call.split()[1] for call in notebook.named("proposer")]
    assert starts == asks.split()[:2]


def test_in_a_distillation_the_proposer_comes_of_the_teacher(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(student=Model(), questions__proposer=BAND), dev=RISING | {"teacher": 0.9})
    assert [call.split()[1] for call in notebook.named("proposer")] == ["teacher", "round-02/proposer"]
    assert [call.split()[1] for call in notebook.named("questions")] == [
        "teacher", "round-02/proposer", "round-03/proposer",
    ]  # fmt: skip
    assert [call.split()[1] for call in notebook.named("answers")] == ["teacher"] * 3


def test_in_a_distillation_the_teacher_writes_and_the_student_learns(loop: Callable[..., Any]) -> None:
    config = configured(student=Model(), training__start_from="best")
    notebook, _ = loop(config, dev=SECOND_WORSE | {"teacher": 0.9})
    assert notebook.calls[:2] == ["base/evaluation base", "teacher/evaluation teacher"]
    assert [call.split()[1] for call in notebook.named("questions")] == ["teacher"] * 3
    assert [call.split()[1] for call in notebook.named("answers")] == ["teacher"] * 3
    assert [call.split()[1] for call in notebook.named("training")] == ["base", "round-01", "round-01"]


@pytest.mark.parametrize("start", ["base", "best"])
def test_replay_is_sampled_from_what_is_trained(loop: Callable[..., Any], start: str) -> None:
    notebook, _ = loop(configured(training__replay__share=0.2, training__start_from=start), dev=RISING)
    trained = ["base", "base", "base"] if start == "base" else ["base", "round-01", "round-02"]
    assert notebook.named("replay") == [
        f"round-0{number}/replay {model} round-0{number}/dataset" for number, model in enumerate(trained, start=1)
    ]
    assert notebook.named("training") == [
        f"round-0{number}/training {model} round-0{number}/dataset round-0{number}/replay"
        for number, model in enumerate(trained, start=1)
    ]


def test_labels_are_audited_with_the_model_that_made_them(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(audit__data="labelled.jsonl"), dev=SECOND_WORSE)
    assert notebook.named("audit") == ["round-01/audit base", "round-02/audit round-01", "round-03/audit round-01"]
    assert notebook.stages()[1:5] == [f"round-01/{name}" for name in ("questions", "answers", "audit", "dataset")]
    assert not loop(configured(), dev=RISING)[0].named("audit")


def test_the_gate_ends_the_run(loop: Callable[..., Any]) -> None:
    notebook, note = loop(configured(evaluation__gate__patience=1), dev=SECOND_WORSE)
    assert note is not None
    assert "No gain" in note
    assert notebook.stages()[-1] == "round-02/evaluation"


def test_false_confidence_ends_the_run(loop: Callable[..., Any]) -> None:
    config = configured(evaluation__gate__stop_on_false_confidence=True)
    notebook, note = loop(config, dev=SECOND_WORSE, agreement={"round-01": 0.5, "round-02": 0.8})
    assert note is not None
    assert "consistent errors" in note
    assert notebook.stages()[-1] == "round-02/evaluation"


def test_dev_problems_are_sampled_of_every_model_that_was_measured(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(evaluation__samples=4), dev=SECOND_FAILED)
    assert notebook.named("samples") == [
        "base/samples base base/evaluation",
        "round-01/samples round-01 round-01/evaluation",
        "round-03/samples round-03 round-03/evaluation",
    ]
    assert "round-02/evaluation" not in notebook.stages()


def test_benchmarks_are_sampled_of_every_model_that_was_measured(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(evaluation__sampled={"nano_math": 4}), dev=SECOND_FAILED)
    assert notebook.named("draws") == [
        "base/draws base base/evaluation",
        "round-01/draws round-01 round-01/evaluation",
        "round-03/draws round-03 round-03/evaluation",
    ]


def test_the_gate_reads_what_was_sampled_of_the_dev_task(loop: Callable[..., Any], tmp_path: Path) -> None:
    sampled = {"base": 0.5, "round-01": 0.4, "round-02": 0.6, "round-03": 0.55}
    notebook, _ = loop(configured(evaluation__sampled={"nano_dev": 4}), dev=RISING, sampled=sampled)
    verdicts = [read_json(tmp_path / round_folder(number) / FILE) or {} for number in (1, 2, 3)]
    assert [verdict["accepted"] for verdict in verdicts] == [False, True, False]
    assert verdicts[2]["inputs"]["dev_accuracy"] == list(sampled.values())
    assert [call.split()[1] for call in notebook.named("questions")] == ["base", "base", "round-02"]


def test_the_gate_reads_nothing_of_other_tasks_that_were_sampled(loop: Callable[..., Any], tmp_path: Path) -> None:
    loop(configured(evaluation__sampled={"nano_math": 4}), dev=RISING)
    verdict = read_json(tmp_path / round_folder(3) / FILE) or {}
    assert verdict["inputs"]["dev_accuracy"] == list(RISING.values())


def test_without_a_base_measurement_none_is_made(loop: Callable[..., Any]) -> None:
    notebook, _ = loop(configured(evaluation__base=False, evaluation__samples=4, rounds=1), dev=RISING)
    assert notebook.stages()[0] == "round-01/questions"
    assert notebook.named("samples") == ["round-01/samples round-01 round-01/evaluation"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"audit__data": "labelled.jsonl"},
        {"evaluation__samples": 4, "evaluation__sampled": {"nano_math": 4}},
        {"training__replay__share": 0.2},
        {"evaluation__base": False},
        {"student": Model()},
        {"questions__proposer": BAND},
    ],
)
def test_the_table_lists_the_stages_that_the_loop_calls(loop: Callable[..., Any], settings: dict[str, Any]) -> None:
    config = configured(**settings)
    notebook, _ = loop(config, dev=RISING | {"teacher": 0.9})
    assert [f"{place}/{kind.name}" for place, kind in stages_of(config)] == notebook.stages()


@pytest.mark.parametrize("name", STAGES)
def test_a_call_has_the_signature_of_its_stage(name: str) -> None:
    def signature(function: Any) -> list[tuple[str, Any, Any]]:
        hints = get_type_hints(function)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        return [(each.name, hints[each.name], each.default) for each in parameters]

    assert signature(getattr(Stages, name)) == signature(import_module(f"crescent.loop.stages.{name}").run)


def test_a_round_that_falls_on_the_guard_task_teaches_nobody(loop: Callable[..., Any], tmp_path: Path) -> None:
    guard = {"base": 0.8, "round-01": 0.8, "round-02": 0.6, "round-03": 0.79}
    notebook, _ = loop(configured(evaluation__guard_task="nano_skills_dev"), dev=RISING, guard=guard)
    assert [call.split()[1] for call in notebook.named("questions")] == ["base", "round-01", "round-01"]
    found = [read_json(tmp_path / round_folder(number) / FILE) or {} for number in (1, 2, 3)]
    assert [verdict["best_round"] for verdict in found] == [1, 1, 3]
    assert "nano_skills_dev fell: 60.0% against 80.0% of the base model" in found[1]["verdict"]
    assert found[2]["inputs"]["guard_accuracy"] == [0.8, 0.8, 0.6, 0.79]


def test_each_verdict_stands_in_its_round(loop: Callable[..., Any], tmp_path: Path) -> None:
    loop(configured(), dev=SECOND_WORSE)
    found = [read_json(tmp_path / round_folder(number) / FILE) for number in (1, 2, 3)]
    assert [(verdict or {})["best_round"] for verdict in found] == [1, 1, 3]
