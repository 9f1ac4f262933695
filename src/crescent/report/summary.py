"""The typed form of `summary.json`, the one source of every figure that the page and the table show.

A run that ended early has no more than what it reached, so every field may be missing: None then means "not known" and
never zero. Shares, accuracies and agreements are fractions of 1; times are seconds.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from crescent.errors import DamagedError


class Part(msgspec.Struct, kw_only=True):
    """Base of all parts. Fields that this version does not know are ignored, so that newer summaries still open."""


class Flip(Part):
    """A problem that only one of two models solved, with what both wrote."""

    id: str = ""
    question: str = ""
    target: str = ""
    output: str = ""
    output_before: str = ""


class Flips(Part):
    """Some of the problems whose outcome changed; the comparison counts all of them."""

    newly_right: list[Flip] = []
    newly_wrong: list[Flip] = []


class Comparison(Part):
    """Two models on the same items. `low` and `high` bound the 95 % interval of the paired difference.

    `holm_p` is McNemar's p adjusted for the number of tasks; the dev task has none.
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    newly_right: int | None = None
    newly_wrong: int | None = None
    mcnemar_p: float | None = None
    holm_p: float | None = None
    flips: Flips | None = None


class Score(Part):
    """One benchmark task on one model: `value` with its standard error over `n` items, after `shots` worked examples.

    `answered` is the share of outputs in which each filter found an answer, right or wrong; `mean_tokens` the mean
    length of outputs.
    """

    metric: str | None = None
    value: float | None = None
    stderr: float | None = None
    n: int | None = None
    shots: int | None = None
    answered: dict[str, float] = {}
    mean_tokens: float | None = None
    other_metrics: dict[str, Any] = {}
    against_base: Comparison | None = None
    against_previous: Comparison | None = None


class Share(Part):
    """A mean over problems with its standard error."""

    value: float | None = None
    stderr: float | None = None


class AtK(Part):
    """Differences of pass@k and majority@k to the base model, by k."""

    pass_at_k: dict[str, Comparison] = {}
    majority_at_k: dict[str, Comparison] = {}


class Sampling(Part):
    """`samples` sampled solutions of each of the dev task's problems."""

    task: str | None = None
    problems: int | None = None
    samples: int | None = None
    pass_at_k: dict[str, Share] = {}
    majority_at_k: dict[str, Share] = {}
    answered: float | None = None
    mean_tokens: float | None = None
    against_base: AtK | None = None


class Diversity(Part):
    """How varied the accepted questions of a wave or a round are.

    `nearest_50` and `nearest_90` are quantiles of the Jaccard similarity to the most similar other question. `new_mass`
    is the expected share of the next wave with a template not seen before. `vendi` is out of `vendi_sample`.
    Records keep all of these as floats, the whole numbers too.
    """

    distinct_2: float | None = None
    templates: float | None = None
    new_mass: float | None = None
    nearest_50: float | None = None
    nearest_90: float | None = None
    vendi: float | None = None
    vendi_sample: float | None = None


class Wave(Part):
    wave: int | None = None
    written: int | None = None
    rewrites: int | None = None
    accepted: int | None = None
    drops: dict[str, int] = {}
    tokens: int | None = None
    collisions: dict[str, int] | None = None
    diversity: Diversity | None = None


class DropSample(Part):
    """A dropped question. For near-duplicates with the question it collided with and the test that said so."""

    text: str = ""
    reason: str | None = None
    other_text: str | None = None
    test: str | None = None
    similarity: float | None = None


class Questions(Part):
    """`collisions` counts near-duplicates by test, those that a rewrite mended included; `pool` is over all rounds."""

    written: int | None = None
    rewrites: int | None = None
    accepted: int | None = None
    drops: dict[str, int] = {}
    ending: str | None = None
    waves: list[Wave] = []
    tokens: int | None = None
    drop_samples: list[DropSample] = []
    collisions: dict[str, int] | None = None
    diversity: Diversity | None = None
    warning: str | None = None
    pool: int | None = None


class AgreementBin(Part):
    """Questions whose majority answer got `votes` of `samples`; `known` have a known truth, `correct` agree with it."""

    votes: int = 0
    samples: int = 0
    questions: int = 0
    known: int = 0
    correct: int = 0


class Audit(Part):
    """Accepted answers held against a truth that the run itself never sees."""

    known: int | None = None
    unknown: int | None = None
    label_accuracy: float | None = None
    single_sample_accuracy: float | None = None


class Answers(Part):
    """`solutions_saved` are samples that adaptive sampling left out; `solutions` does not count them."""

    questions: int | None = None
    solutions: int | None = None
    solutions_saved: int | None = None
    no_answer: int | None = None
    tokens: int | None = None
    accepted: int | None = None
    drops: dict[str, int] = {}
    matches: dict[str, int] = {}
    agreement: list[AgreementBin] = []
    audit: Audit | None = None


class Overlap(Part):
    """A question that was kept out of training, with the question `other_text` of the benchmark `task` it is like."""

    text: str = ""
    task: str | None = None
    other_text: str | None = None
    test: str | None = None
    similarity: float | None = None


class Contamination(Part):
    """What was kept out of training for being too close to one of the `questions` of the benchmarks `checked`."""

    checked: list[str] = []
    questions: int | None = None
    dropped: int | None = None
    examples: list[Overlap] = []


class Dataset(Part):
    """`candidates`: pairs that the arm may use, for the controls others than the vote accepted.

    `contamination` is None where it was not checked.
    """

    candidates: int | None = None
    new: int | None = None
    total: int | None = None
    drops: dict[str, int] = {}
    contamination: Contamination | None = None


class Training(Part):
    pairs: int | None = None
    steps: int | None = None
    epochs: float | None = None
    tokens: int | None = None
    solution_tokens: int | None = None
    dropped_too_long: int | None = None
    losses: list[tuple[int, float]] = []
    state: str | None = None


class GateInputs(Part):
    """What the gate looked at: accuracies of the base model and of every round, the rest by round."""

    dev_task: str | None = None
    dev_accuracy: list[float | None] = []
    label_agreement: list[float | None] = []
    new_questions: list[float | None] = []
    variety: list[float | None] = []


class Gate(Part):
    """`stop` is a sentence where the gate ended the run."""

    accepted: bool | None = None
    verdict: str | None = None
    rule: str | None = None
    inputs: GateInputs | None = None
    dev: float | None = None
    best_before: float | None = None
    best_round: int | None = None
    stop: str | None = None


class Sample(Part):
    """One question as it went through the vote. `votes` counts solutions per answer; "none" is no answer found."""

    question: str = ""
    answer: Any = None
    agreement: float | None = None
    accepted: bool | None = None
    reason: str | None = None
    votes: dict[str, int] = {}
    solution: str | None = None
    truth: Any = None


class Measured(Part):
    """A model that the benchmark has seen, by task."""

    evaluation: dict[str, Score] = {}
    sampling: Sampling | None = None


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
    """A whole run. `best_round` 0 is the base model."""

    name: str | None = None
    seed: int | None = None
    state: str | None = None
    note: str | None = None
    config: dict[str, Any] = {}
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
