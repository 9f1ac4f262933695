"""What each stage says of itself in its manifest: a struct per stage, read with `run.manifest.facts_of`.

Shares, accuracies and agreements are fractions of 1; lengths and costs are tokens. `drops` maps reasons to rows, so
that rows in = rows out + drops. `decoder` is what wrote the texts (`slots`, or the name of another way to generate),
None where there was nothing to write. Imports no model library.
"""

import msgspec

from crescent.records import Diversity, Row
from crescent.runs.manifest import Facts


class QuestionsFacts(Facts, frozen=True):
    """Stage `questions`: `written` texts became `accepted` questions or `drops`; `rewrites` were asked for beside them.

    `collisions` counts near-duplicates by the test that found them, those that a rewrite mended included. `diversity`
    is over the accepted questions, `warning` a sentence where it fell far. `ending` says why no further wave was made,
    and `pool` counts the questions of all rounds so far. `origins` counts the accepted ones by where they are from.
    """

    written: int
    rewrites: int
    accepted: int
    drops: dict[str, int]
    collisions: dict[str, int]
    diversity: Diversity
    warning: str | None
    tokens: int
    ending: str
    pool: int
    origins: dict[str, int] = msgspec.field(default_factory=dict)
    decoder: str | None = None


class AnswersFacts(Facts, frozen=True):
    """Stage `answers`: of `questions`, `accepted` have a consensus, the others are in `drops`.

    `solutions` were sampled, and `solutions_saved` left out by adaptive sampling. `no_answer` of them have none;
    `matches` counts the others by how their answer was read. `mean_agreement` is over all questions.
    `comparisons_given_up` counts comparisons of formulas that came to a limit of time or size. `mean_agreement` leaves
    out questions beyond the budget (`voting.max_tokens`); `overshoot` of the `tokens` were sampled for those.
    """

    questions: int
    solutions: int
    solutions_saved: int
    no_answer: int
    tokens: int
    accepted: int
    drops: dict[str, int]
    matches: dict[str, int]
    mean_agreement: float
    comparisons_given_up: int
    overshoot: int = 0
    decoder: str | None = None


class Overlap(Row):
    """A question `text` kept out of training, the question `other_text` of benchmark `task` it is like, and by what.

    `test` is the check that said so, `similarity` the verified Jaccard or cosine.
    """

    text: str
    task: str
    other_text: str
    test: str
    similarity: float


class Contamination(Row):
    """`dropped` pairs were too close to one of the `questions` of the benchmarks `checked`; some as `examples`."""

    checked: list[str]
    questions: int
    dropped: int
    examples: list[Overlap]


class DatasetFacts(Facts, frozen=True):
    """Stage `dataset`: of `candidates`, pairs that the arm may use, `new` were taken; `total` adds earlier rounds'.

    `contamination` is None where it was not checked.
    """

    new: int
    total: int
    candidates: int
    drops: dict[str, int]
    contamination: Contamination | None


class ReplayFacts(Facts, frozen=True):
    """Stage `replay`: of `samples` drawn, `kept` came to an end and say something."""

    samples: int
    kept: int
    drops: dict[str, int]
    decoder: str | None = None


class Lineage(Row):
    """Which model a training started from and what it learned from.

    `model` says in words where the model comes from, `hub` whether that is an id of the Hugging Face Hub. `start` is
    the label of the model that was trained, at `path`; `data` the stage that made the pairs. `start_identity` and
    `data_outcome` are digests of their content.
    """

    model: str
    hub: bool
    path: str
    start: str
    start_identity: str
    data: str
    data_outcome: str


class TrainingFacts(Facts, frozen=True):
    """Stage `training`: `steps` optimizer steps over `pairs` and `replayed` examples.

    `objective` is what was minimised; `losses` are (step, its value: of `sft` nats per solution token). `epochs` were
    begun. `tokens` and `solution_tokens` were seen in the steps. `dropped` counts by reason the examples that are not
    learned from; of the others `mean_weight` is what the objective weighs them by, and `mean_margin` that of the votes,
    where pairs have one. `preferred`: of the pairs with a rejected solution the share whose chosen one was the
    likelier, in the last steps that see every example once; None where no solution is rejected. `packed`: forward
    passes were free of padding. `state` is "finished", or why it stopped.
    """

    pairs: int
    replayed: int
    epochs: int
    steps: int
    tokens: int
    solution_tokens: int
    dropped: dict[str, int]
    packed: bool
    losses: list[tuple[int, float]]
    state: str
    lineage: Lineage
    objective: str = "sft"
    mean_weight: float = 1.0
    mean_margin: float | None = None
    preferred: float | None = None


class ProposerFacts(Facts, frozen=True):
    """Stage `proposer`: of the round before, `questions` were looked at, and those that it `learned` from have a mean
    agreement of `mean_agreement` (None where there are none); `drops` has the others by reason.

    `steps` optimizer steps saw `tokens`, `question_tokens` of them in questions; `losses` are (step, nats per such
    token). `state` is "finished", or why there is no new model: then the proposer before stays.
    """

    questions: int
    learned: int
    drops: dict[str, int]
    mean_agreement: float | None
    epochs: int
    steps: int
    tokens: int
    question_tokens: int
    losses: list[tuple[int, float]]
    state: str
    lineage: Lineage


class TaskScore(Row):
    """One benchmark on one model: `value` of `metric` over `n` items, with the ends of its 95 % interval over items.

    `stderr` is the harness's standard error of the mean, `shots` counts worked examples, `version` is the task's.
    `answered` is the share of outputs in which each filter found an answer, right or wrong; `mean_tokens` the mean
    length of outputs, None where none were generated. `other_metrics` has the rest by name.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    stderr: float | None
    n: int
    shots: int
    version: str
    answered: dict[str, float]
    mean_tokens: float | None
    other_metrics: dict[str, float]


class EvaluationFacts(Facts, frozen=True):
    """Stage `evaluation`: the score on each task, the dev task first. What only chooses has no `decoder`."""

    tasks: dict[str, TaskScore]
    decoder: str | None = None


class Share(Row):
    """A mean over problems with the ends of its 95 % interval."""

    value: float
    low: float | None
    high: float | None


class DrawnTask(Row):
    """One benchmark with `samples` replies to each of its `problems`, by the metric it reports, with `shots` examples.

    `average` (avg@K) is the mean over problems and samples; `stderr` is its standard error over both, clustered by
    problem, `stderr_samples` that of the samples alone. `pass_at_k` and `majority_at_k` map k, as text, to a mean over
    problems. `answered` is the share of replies with an answer, `cut` counts those that came to the limit of tokens,
    `tokens` are those of all replies.
    """

    metric: str
    shots: int
    problems: int
    samples: int
    average: Share
    stderr: float | None
    stderr_samples: float | None
    pass_at_k: dict[str, Share]
    majority_at_k: dict[str, Share]
    answered: float
    cut: int
    tokens: int


class DrawsFacts(Facts, frozen=True):
    """Stage `draws`: what was sampled of each benchmark of `evaluation.sampled`, in the order they are measured."""

    tasks: dict[str, DrawnTask]
    decoder: str | None = None


class SamplesFacts(Facts, frozen=True):
    """Stage `samples`: `samples` solutions of each of the `problems` of `task`.

    `pass_at_k` and `majority_at_k` map k, as text, to a share of problems. `answered` is the share of solutions in
    which an answer was found, `mean_tokens` their mean length.
    """

    task: str
    problems: int
    samples: int
    pass_at_k: dict[str, Share]
    majority_at_k: dict[str, Share]
    answered: float
    mean_tokens: float
    decoder: str | None = None


class AuditFacts(AnswersFacts, frozen=True, kw_only=True):
    """Stage `audit`: the vote on the labelled questions of the file `data`, held against their answers.

    `labels` is the share of the accepted answers that are right, None where none was accepted; `single_sample` that of
    single solutions, the mean over questions. Of each question as many samples count as every one has.
    """

    data: str
    labels: Share | None
    single_sample: Share
