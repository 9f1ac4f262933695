"""What an evaluation gives back: one result per task, one item per benchmark problem, and what was sampled."""

import msgspec

from crescent.records import Row


class Item(Row):
    """One benchmark problem and what the model made of it.

    `id` is the task and the number of the problem in its split, the same in every evaluation of the same data. `score`
    is the item's value of the primary metric; `correct` is score >= 0.5, which for accuracies is score = 1. `output` is
    the model's whole text, or the choice it found most likely; `target` the reference.

    `answered` says whether the primary metric's filter found an answer in the output, right or wrong; None where it
    looks for none. `tokens` is the length of a generated output.
    """

    id: str
    correct: bool
    score: float
    output: str
    target: str
    question: str = ""
    answered: bool | None = None
    tokens: int | None = None


class Reply(Row):
    """What a model replied to one request of a benchmark.

    `text` is what it went on to write. Of a given continuation, `logprob` is its natural-log probability (of a whole
    text: of all its tokens), None where that is no number, and `greedy` whether greedy decoding writes just that.
    """

    id: str
    text: str | None = None
    logprob: float | None = None
    greedy: bool | None = None


class TaskResult(Row):
    """One benchmark. `metrics` has every metric of every filter under its lm-eval name, "exact_match,flexible-extract".

    `primary` is the name of the metric that the items are scored by and `stderr` the standard error of its mean, None
    for a single item. `shots` counts worked examples (the most of a group's tasks). `answered` is the answer-format
    rate: for each filter that looks for an answer the share of outputs in which it found one. `mean_tokens` is the mean
    length of generated outputs.
    """

    task: str
    version: str
    primary: str
    metrics: dict[str, float]
    stderr: float | None
    n: int
    items: list[Item]
    shots: int = 0
    answered: dict[str, float] = msgspec.field(default_factory=dict)
    mean_tokens: float | None = None

    @property
    def value(self) -> float:
        """The primary metric."""
        return self.metrics[self.primary]


class Flip(Row):
    """A problem that one of two models solved and the other did not, with what both wrote."""

    id: str
    question: str
    target: str
    output: str
    output_before: str


class Sampled(Row):
    """Several samples of one problem, in sample order: is it right, was an answer found, how many tokens.

    `majority` has for every k the share of disjoint groups of k samples whose majority answer is right.
    """

    id: str
    right: list[bool]
    answered: list[bool]
    tokens: list[int]
    majority: dict[str, float]


class Drawn(Row):
    """Several sampled replies to one item of a benchmark, in sample order; `id` is the item's, `task` as configured.

    `scores` are values of the metric that the benchmark reports. `answers` are in canonical form, None where there is
    none; `cut`: the reply came to the limit of tokens. `majority` has for every k the expected score of the majority of
    k of the replies.
    """

    task: str
    id: str
    scores: list[float]
    answers: list[str | None]
    tokens: list[int]
    cut: list[bool]
    majority: dict[str, float]

    @property
    def share(self) -> float:
        """The mean score: of right and wrong replies the share that is right."""
        return sum(self.scores) / len(self.scores)
