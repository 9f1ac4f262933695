"""The typed form of `summary.json`, the one source of every figure that the page and the table show.

A run that ended early has no more than what it reached, so every field may be missing: None then means "not known" and
never zero. Shares, accuracies and agreements are fractions of 1; times are seconds.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from crescent.errors import DamagedError
from crescent.reporting.report.made import Answers, Dataset, Questions, Sample, Training
from crescent.reporting.report.measured import Gate, Measured, Score
from crescent.reporting.report.part import Part


class Round(Measured, kw_only=True):
    round: int
    started_from: str | None = None
    questions: Questions | None = None
    answers: Answers | None = None
    dataset: Dataset | None = None
    training: Training | None = None
    gate: Gate | None = None
    samples: list[Sample] = []


class Cost(Part):
    stage: str
    seconds: float | None = None
    tokens: int | None = None


class PlannedStage(Part):
    estimated_s: float | None = None
    used_s: float | None = None
    factor: float | None = None


class Planned(Part):
    """What the run was expected to take on `hardware`, and by which factor that was wrong."""

    hardware: str | None = None
    estimated_s: float | None = None
    used_s: float | None = None
    plan_error_factor: float | None = None
    stages: dict[str, PlannedStage] = {}


class Summary(Part):
    """A whole run. `best_round` 0 is the base model; `provenance` says what was done, in sentences."""

    name: str | None = None
    seed: int | None = None
    state: str | None = None
    note: str | None = None
    config: dict[str, Any] = {}
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

    def measured_tasks(self) -> list[str]:
        """All tasks with a score, those of the configuration first and in its order, the dev task last."""
        names = dict.fromkeys([*self.tasks, *(task for _, model in self.models() for task in model.evaluation)])
        return sorted((task for task in names if self.scores(task)), key=lambda task: task == self.dev_task)


def read(raw: Mapping[str, Any]) -> Summary:
    """The typed form of what `summary.json` holds (numbers, texts, lists and dicts as `json.load` gives them).

    Raises:
        DamagedError: a value has the wrong type; the message names its place.
    """
    kept = {key: value if key in ("config", "environment") else _without_nulls(value) for key, value in raw.items()}
    try:
        return msgspec.convert({key: value for key, value in kept.items() if value is not None}, Summary)
    except msgspec.ValidationError as error:
        raise DamagedError(f"summary.json is not the summary of a run: {error}. Run again to rebuild it.") from error


def _without_nulls(value: Any) -> Any:
    """`null` and a missing key mean the same; in the configuration, which is shown as it is, they do not."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
