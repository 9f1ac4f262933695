"""The part of the typed `summary.json` that says what a round made: questions, answers, pairs, training."""

from typing import Any

from crescent.reporting.report.part import Part


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
    comparisons_given_up: int | None = None
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


class Sample(Part):
    """One question as it went through the vote. `votes` counts solutions per answer; "none" is no answer found.

    `chosen`: whether the vote chose `solution`; of a dropped question it is just the first one.
    """

    question: str = ""
    answer: Any = None
    agreement: float | None = None
    accepted: bool | None = None
    reason: str | None = None
    votes: dict[str, int] = {}
    solution: str | None = None
    chosen: bool | None = None
    truth: Any = None
