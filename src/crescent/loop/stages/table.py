"""The stages of a run, said once: their names, their order, when they run, how their work is split."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crescent.config.schema import Config
from crescent.loop.stages.facts import (
    AnswersFacts,
    AuditFacts,
    DatasetFacts,
    DrawsFacts,
    EvaluationFacts,
    ProposerFacts,
    QuestionsFacts,
    ReplayFacts,
    SamplesFacts,
    TrainingFacts,
)
from crescent.runs.manifest import Facts
from crescent.runs.names import round_folder


@dataclass(frozen=True)
class StageKind:
    """One kind of stage. `name` is that of its module here and of its folder in a run.

    `title`: what it makes, in words for people. `facts`: what its manifest says of it. `when`: whether a configuration
    has it; None: every one has. `since`: the first round with it. `parallel`: its rows are split over the processes of
    all devices. `collective`: its library deals out the devices.
    """

    name: str
    title: str
    facts: type[Facts]
    when: Callable[[Config], bool] | None = None
    since: int = 1
    parallel: bool = True
    collective: bool = False

    def belongs(self, config: Config) -> bool:
        """Whether a run of this configuration has the stage."""
        return self.when is None or self.when(config)


PROPOSER = StageKind(
    "proposer",
    "the proposer",
    ProposerFacts,
    when=lambda config: config.questions.proposer is not None,
    since=2,
    collective=True,
)
QUESTIONS = StageKind("questions", "questions", QuestionsFacts)
ANSWERS = StageKind("answers", "the vote", AnswersFacts)
AUDIT = StageKind("audit", "the audit of the labels", AuditFacts, when=lambda config: config.audit.data is not None)
DATASET = StageKind("dataset", "the training pairs", DatasetFacts, parallel=False)
REPLAY = StageKind("replay", "the replay", ReplayFacts, when=lambda config: bool(config.training.replay.share))
TRAINING = StageKind("training", "the training", TrainingFacts, collective=True)
EVALUATION = StageKind("evaluation", "the benchmark", EvaluationFacts)
SAMPLES = StageKind(
    "samples", "the sampled dev problems", SamplesFacts, when=lambda config: config.evaluation.samples is not None
)
DRAWS = StageKind("draws", "the sampled benchmarks", DrawsFacts, when=lambda config: bool(config.evaluation.sampled))

ROUND = (PROPOSER, QUESTIONS, ANSWERS, AUDIT, DATASET, REPLAY, TRAINING, EVALUATION, SAMPLES, DRAWS)
"""The stages of a round in their order."""
STAGES = {kind.name: kind for kind in ROUND}


def stages_of(config: Config) -> Iterator[tuple[str, StageKind]]:
    """(place, stage) of a whole run in its order, if no gate ends it early: ("base", EVALUATION), ("round-01", ...)."""
    if config.evaluation.base:
        yield "base", EVALUATION
        if SAMPLES.belongs(config):
            yield "base", SAMPLES
        if DRAWS.belongs(config):
            yield "base", DRAWS
        if config.student is not None:
            yield "teacher", EVALUATION
    for number in range(1, config.rounds + 1):
        yield from ((round_folder(number), kind) for kind in ROUND if kind.belongs(config) and number >= kind.since)


def position(name: str) -> int:
    """Where a stage of this name stands in a round; those that are no part of one come last."""
    return list(STAGES).index(name) if name in STAGES else len(STAGES)
