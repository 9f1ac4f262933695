"""The typed form of `claim.json`: every figure of the page. Scores and differences are fractions of 1."""

import msgspec

from crescent.records import Row

FIGURES = "claim.json"
PAGE = "claim.html"
BASE = "base"
"""What an arm is compared with besides other arms: the model before any training."""


class Vote(Row):
    """A sampled task of the model before any training: avg@K, majority@K, and what the vote alone gives, paired."""

    samples: int
    average: float
    majority: float
    difference: float
    low: float | None
    high: float | None


class Average(Row):
    """avg@K of a sampled task after a round, and its gain over the model before any training, paired by problem."""

    value: float
    difference: float
    low: float | None
    high: float | None


class RoundFigures(Row):
    """One round of one run. `in_force` is the round whose model the run goes on with, 0 for the base model.

    `tokens` were sampled for it, questions included, whoever made them. `proposer_steps` and `proposer_tokens`: what a
    proposer that learns was trained before it, beside every budget; None where there is none. `more`: further figures
    by name (`crescent.commands.claim.methods.COLUMNS`), what was not measured left out. `averages`: tasks sampled.
    """

    round: int
    values: dict[str, float]
    in_force: int
    pairs: int | None = None
    steps: int | None = None
    label_accuracy: float | None = None
    single_sample_accuracy: float | None = None
    tokens: int | None = None
    proposer_steps: int | None = None
    proposer_tokens: int | None = None
    more: dict[str, float] = msgspec.field(default_factory=dict)
    averages: dict[str, Average] = msgspec.field(default_factory=dict)


class ArmRun(Row):
    """One run. `seconds` are those of its own stages.

    `base` and `teacher` have the scores of the untrained model and of a distillation's teacher by task, `votes` what
    was sampled of the former.
    """

    arm: str
    seed: int
    folder: str
    state: str
    note: str | None
    base: dict[str, float]
    teacher: dict[str, float]
    rounds: list[RoundFigures]
    seconds: float | None = None
    votes: dict[str, Vote] = msgspec.field(default_factory=dict)

    @property
    def kept(self) -> int:
        """The round whose model the run ends with."""
        return self.rounds[-1].in_force if self.rounds else 0

    def value(self, task: str, number: int) -> float | None:
        """The score of the model of a round, 0 for the base model; None where it was not measured."""
        if number == 0:
            return self.base.get(task)
        found = self.figures(number)
        return found.values.get(task) if found else None

    def figures(self, number: int) -> RoundFigures | None:
        """What is known of a round."""
        return next((each for each in self.rounds if each.round == number), None)


class Difference(Row):
    """`arm` over `against` on the items of one task, for one seed, with its paired 95 % interval."""

    task: str
    arm: str
    against: str
    seed: int
    round: int
    difference: float
    low: float | None
    high: float | None
    newly_right: int
    newly_wrong: int
    mcnemar_p: float


class OverSeeds(Row):
    """The mean of a difference over seeds with its 95 % interval (Student's t).

    One seed, and seeds that all give the same, have none. `both_low` and `both_high` are the ends of the interval over
    items and seeds together (`crescent.statistics.over_items_and_seeds`), None with one seed.
    """

    task: str
    arm: str
    against: str
    mean: float
    low: float | None
    high: float | None
    n: int
    both_low: float | None = None
    both_high: float | None = None


class Evidence(Row):
    """What stands behind the figures of one model, by content, so that others can check them.

    `place` is the folder of its evaluation, where every item's result is; `items` the digest of all its files. `model`
    is the digest of the model, `data` those of the benchmarks by task, `pairs` that of the round's training pairs.
    """

    place: str
    model: str
    items: str
    data: dict[str, str]
    pairs: str | None = None


class Part(Row):
    """A part of the gain: what `arm` has over `against` on the main task. The parts of a claim add up to its gain."""

    name: str
    arm: str
    against: str


class Claim(Row):
    """All of it. `arms` maps each arm to its overrides, the claimed one first; `unequal` says where effort differs.

    `compare` is `claim.compare`. `summaries` maps the runs' folders to the digests of the summaries that were read.
    `crescent` is the version that wrote this, `evidence` what stands behind each model's figures.
    """

    name: str
    state: str
    compare: str
    tasks: list[str]
    primary_task: str
    seeds: list[int]
    arms: dict[str, str]
    model: str
    student: str | None
    runs: list[ArmRun]
    differences: list[Difference]
    over_seeds: list[OverSeeds]
    parts: list[Part]
    unequal: list[str]
    summaries: dict[str, str]
    crescent: str = ""
    evidence: list[Evidence] = msgspec.field(default_factory=list)

    @property
    def claimed(self) -> str:
        """The arm that the others are compared with."""
        return next(iter(self.arms))

    def run(self, arm: str, seed: int) -> ArmRun:
        """The run of an arm with a seed."""
        return next(run for run in self.runs if (run.arm, run.seed) == (arm, seed))

    def number(self, arm: str, seed: int) -> int:
        """The round whose model speaks for an arm: the claimed arm's with this seed, or the arm's own last."""
        if self.compare == "last":
            return self.run(arm, seed).kept
        claimed = self.run(self.claimed, seed)
        return claimed.kept or (claimed.rounds[-1].round if claimed.rounds else 0)

    def score(self, arm: str, seed: int, task: str) -> float | None:
        """The score of the model that speaks for an arm."""
        return self.run(arm, seed).value(task, self.number(arm, seed))

    def mean(self, arm: str, against: str, task: str | None = None) -> OverSeeds | None:
        """A difference over seeds, by default on the main task."""
        wanted = (task or self.primary_task, arm, against)
        return next((each for each in self.over_seeds if (each.task, each.arm, each.against) == wanted), None)

    def by_seed(self, arm: str, against: str, task: str | None = None) -> dict[int, Difference]:
        """A difference seed by seed."""
        wanted = (task or self.primary_task, arm, against)
        return {each.seed: each for each in self.differences if (each.task, each.arm, each.against) == wanted}


def read_claim(content: bytes) -> Claim:
    """The claim that a `claim.json` holds. Raises msgspec.MsgspecError where it is not one."""
    return msgspec.json.decode(content, type=Claim)
