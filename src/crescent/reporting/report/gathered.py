"""What the report adds to what the stages say of themselves: comparisons, audits and examples, gathered from the rows.

The parts of a summary that a stage speaks of are that stage's facts, with these fields beside them. Shares, accuracies
and differences are fractions of 1.
"""

from typing import Any, TypeVar

import msgspec

from crescent.evaluation.results import Flip
from crescent.loop.stages.facts import AnswersFacts, DrawnTask, QuestionsFacts, SamplesFacts, TaskScore
from crescent.records import Row, WaveCount

S = TypeVar("S", bound=msgspec.Struct)


class DropSample(Row):
    """A dropped question. For near-duplicates with the question it collided with and the test that said so."""

    text: str
    reason: str
    other_text: str | None
    test: str | None
    similarity: float | None


class Questions(QuestionsFacts, frozen=True, kw_only=True):
    """Stage `questions`, with its waves and examples of its drops."""

    waves: list[WaveCount]
    drop_samples: list[DropSample]


class AgreementBin(Row):
    """Questions whose majority answer got `votes` of `samples`; `known` have a known truth, `correct` agree with it."""

    votes: int
    samples: int
    questions: int
    known: int
    correct: int


class Audit(Row):
    """Accepted answers held against a truth that the run itself never sees; accuracies are None where none is known."""

    known: int
    unknown: int
    label_accuracy: float | None
    single_sample_accuracy: float | None


class Answers(AnswersFacts, frozen=True, kw_only=True):
    """Stage `answers`, with its histogram of agreement. `audit` is None where no truth was asked for."""

    agreement: list[AgreementBin]
    audit: Audit | None


class Sample(Row):
    """One question as it went through the vote. `votes` counts solutions per answer; "none" is no answer found.

    `chosen`: whether the vote chose `solution`; of a dropped question it is just the first one.
    """

    question: str
    answer: str | None
    agreement: float
    accepted: bool
    reason: str | None
    votes: dict[str, int]
    solution: str
    chosen: bool
    truth: str | None


class Difference(Row):
    """The mean of a paired difference, with the ends of its 95 % interval."""

    difference: float
    low: float | None
    high: float | None


class Flips(Row):
    """Some of the problems whose outcome changed; the comparison counts all of them."""

    newly_right: list[Flip]
    newly_wrong: list[Flip]


class Comparison(Difference):
    """Two models on the same items. `holm_p` is McNemar's p adjusted for the number of tasks; the dev task has none."""

    newly_right: int
    newly_wrong: int
    mcnemar_p: float
    holm_p: float | None = None
    flips: Flips | None = None


class Score(TaskScore):
    """One benchmark task on one model, compared with the base model and the model before."""

    against_base: Comparison | None = None
    against_previous: Comparison | None = None


class AtK(Row):
    """Differences of pass@k and majority@k to the base model, by k."""

    pass_at_k: dict[str, Difference]
    majority_at_k: dict[str, Difference]


class Sampling(SamplesFacts, frozen=True, kw_only=True):
    """Stage `samples`, compared with the samples of the base model."""

    against_base: AtK | None = None


class DrawnAgainst(Row):
    """Sampled replies compared with those of the base model: avg@K, and pass@k and majority@k by k.

    `over_vote` is avg@K less majority@K of the base model: what one reply gained over the vote alone.
    """

    average: Difference
    over_vote: Difference
    pass_at_k: dict[str, Difference]
    majority_at_k: dict[str, Difference]


class DrawnScore(DrawnTask):
    """One sampled benchmark on one model. `vote` is its majority@K less its avg@K: what the vote alone gives."""

    vote: Difference
    against_base: DrawnAgainst | None = None


def extended(kind: type[S], facts: msgspec.Struct, **more: Any) -> S:
    """`facts` with the fields that `kind` adds to them."""
    return kind(**{name: getattr(facts, name) for name in facts.__struct_fields__}, **more)
