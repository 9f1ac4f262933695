"""The typed form of `summary.json`, the one source of every figure that the page and the table show.

What a stage says is its own struct (`loop/stages/facts.py`), with what the report adds to it (`gathered.py`). A run
that ended early has no more than what it reached: a part that it did not reach is None as a whole. Shares, accuracies
and agreements are fractions of 1; times are seconds.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from crescent.errors import DamagedError
from crescent.evaluation.gate import Verdict
from crescent.loop.stages.facts import AuditFacts, DatasetFacts, ProposerFacts, ReplayFacts, TrainingFacts
from crescent.records import Row
from crescent.reporting.report.gathered import Answers, DrawnScore, Questions, Sample, Sampling, Score


class Measured(msgspec.Struct, kw_only=True):
    """A model that the benchmark has seen, by task; nothing where it was not measured. `draws`: tasks sampled."""

    evaluation: dict[str, Score] = {}
    sampling: Sampling | None = None
    draws: dict[str, DrawnScore] = {}


class Round(Measured, kw_only=True):
    """One round, as far as it came. `started_from` is the model that wrote its data: "base" or a round's folder.

    `proposer` is what the model that asked learned before, where it is one of its own: then that wrote the questions.
    `audit` is what its labels are worth on the labelled file of the run, where it has one. `gate` is the verdict on its
    model, `samples` are questions as examples.
    """

    round: int
    started_from: str | None = None
    proposer: ProposerFacts | None = None
    questions: Questions | None = None
    answers: Answers | None = None
    audit: AuditFacts | None = None
    dataset: DatasetFacts | None = None
    replay: ReplayFacts | None = None
    training: TrainingFacts | None = None
    gate: Verdict | None = None
    samples: list[Sample] = []


class Cost(Row):
    """What a stage took in this run. `taken_over`: some of its texts, or all, are another run's."""

    stage: str
    seconds: float
    tokens: int
    taken_over: bool = False


class PlannedStage(Row):
    """Estimated and used seconds of a stage, and how many times the larger is the smaller."""

    estimated_s: float
    used_s: float
    factor: float | None


class Planned(Row):
    """What the run was expected to take on `hardware`, and by which factor that was wrong."""

    hardware: str
    estimated_s: float
    used_s: float
    plan_error_factor: float | None
    stages: dict[str, PlannedStage]


class Summary(msgspec.Struct, kw_only=True):
    """A whole run. `best_round` 0 is the base model; `provenance` says what was done, in sentences.

    `base` has no scores where the base model was not measured, `teacher` has none but in a distillation. Fields that
    this version does not know are passed over.
    """

    name: str
    seed: int
    state: str
    config: dict[str, Any]
    note: str | None = None
    provenance: list[str] = []
    environment: dict[str, Any] = {}
    tasks: list[str] = []
    dev_task: str | None = None
    primary_task: str | None = None
    base: Measured = msgspec.field(default_factory=Measured)
    teacher: Measured = msgspec.field(default_factory=Measured)
    rounds: list[Round] = []
    best_round: int | None = None
    cost: list[Cost] = []
    plan: Planned | None = None
    wall_s: float | None = None
    peak_gb: float | None = None

    def option(self, path: str) -> Any:
        """The configuration's value under a dotted path, None where there is none."""
        value: Any = self.config
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def models(self) -> list[tuple[str, Measured]]:
        """The base model and the model of each round, with the names the report calls them by; then the teacher.

        In a distillation the base model is the student before training.
        """
        models = [("base", self.base), *((f"round {part.round}", part) for part in self.rounds)]
        return [*models, ("teacher", self.teacher)] if self.teacher.evaluation else models

    def scores(self, task: str) -> list[tuple[str, Score]]:
        """The scores of a task by model, without the models that were not measured on it."""
        return [(name, model.evaluation[task]) for name, model in self.models() if task in model.evaluation]

    def drawn(self, task: str) -> list[tuple[str, DrawnScore]]:
        """What was sampled of a task by model, without the models of which nothing was."""
        return [(name, model.draws[task]) for name, model in self.models() if task in model.draws]

    def drawn_tasks(self) -> list[str]:
        """All tasks that were sampled, in the order in which they were measured."""
        return list(dict.fromkeys(task for _, model in self.models() for task in model.draws))

    def measured_tasks(self) -> list[str]:
        """All tasks with a score, those of the configuration first and in its order, what the gate reads last."""
        names = dict.fromkeys([*self.tasks, *(task for _, model in self.models() for task in model.evaluation)])
        reads = (self.option("evaluation.guard_task"), self.dev_task)
        return sorted((task for task in names if self.scores(task)), key=lambda task: task in reads)


def read(raw: Mapping[str, Any]) -> Summary:
    """The typed form of what `summary.json` holds (numbers, texts, lists and dicts as `json.load` gives them).

    Raises:
        DamagedError: a value has the wrong type; the message names its place.
    """
    try:
        return msgspec.convert(raw, Summary)
    except msgspec.ValidationError as error:
        raise DamagedError(f"summary.json is not the summary of a run: {error}. Run again to rebuild it.") from error
