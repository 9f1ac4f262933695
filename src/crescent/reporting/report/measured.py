"""The part of the typed `summary.json` that says how models did: scores, comparisons, samples, verdicts."""

from typing import Any

from crescent.reporting.report.part import Part


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
    """One benchmark task on one model: `value` with the ends of its 95 % interval over `n` items.

    `shots` counts worked examples. `answered` is the share of outputs in which each filter found an answer, right or
    wrong; `mean_tokens` the mean length of outputs.
    """

    metric: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    shots: int | None = None
    answered: dict[str, float] = {}
    mean_tokens: float | None = None
    other_metrics: dict[str, Any] = {}
    against_base: Comparison | None = None
    against_previous: Comparison | None = None


class Share(Part):
    """A mean over problems with the ends of its 95 % interval."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


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


class Measured(Part):
    """A model that the benchmark has seen, by task."""

    evaluation: dict[str, Score] = {}
    sampling: Sampling | None = None
