"""What an evaluation gives back: one result per task, one item per benchmark problem."""

from crescent.records import Row


class Item(Row):
    """One benchmark problem and what the model made of it.

    `id` is the task and the number of the problem in its split, the same in every evaluation of the same data. `score`
    is the item's value of the primary metric; `correct` is score >= 0.5, which for accuracies is score = 1. `output` is
    the model's whole text, or the choice it found most likely; `target` the reference.
    """

    id: str
    correct: bool
    score: float
    output: str
    target: str


class TaskResult(Row):
    """One benchmark. `metrics` has every metric of every filter under its lm-eval name, "exact_match,flexible-extract".

    `primary` is the name of the metric that the items are scored by and `stderr` the standard error of its mean.
    """

    task: str
    version: str
    primary: str
    metrics: dict[str, float]
    stderr: float
    n: int
    items: list[Item]

    @property
    def value(self) -> float:
        """The primary metric."""
        return self.metrics[self.primary]
