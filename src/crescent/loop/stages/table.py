"""The stages of a run, said once: their names, their order, when they run, how their work is split."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crescent.config.schema import Config
from crescent.run.names import round_folder


@dataclass(frozen=True)
class StageKind:
    """One kind of stage. `name` is that of its module here and of its folder in a run.

    `title`: what it makes, in words for people. `when`: whether a configuration has it; None: every one has.
    `parallel`: its rows are split over the processes of all devices. `collective`: its library deals out the devices.
    """

    name: str
    title: str
    when: Callable[[Config], bool] | None = None
    parallel: bool = True
    collective: bool = False

    def belongs(self, config: Config) -> bool:
        """Whether a run of this configuration has the stage."""
        return self.when is None or self.when(config)


QUESTIONS = StageKind("questions", "questions")
ANSWERS = StageKind("answers", "the vote")
DATASET = StageKind("dataset", "the training pairs", parallel=False)
REPLAY = StageKind("replay", "the replay", when=lambda config: bool(config.training.replay.share))
TRAINING = StageKind("training", "the training", collective=True)
EVALUATION = StageKind("evaluation", "the benchmark")
SAMPLES = StageKind("samples", "the sampled dev problems", when=lambda config: config.evaluation.samples is not None)

ROUND = (QUESTIONS, ANSWERS, DATASET, REPLAY, TRAINING, EVALUATION, SAMPLES)
"""The stages of a round in their order."""
STAGES = {kind.name: kind for kind in ROUND}


def stages_of(config: Config) -> Iterator[tuple[str, StageKind]]:
    """(place, stage) of a whole run in its order, if no gate ends it early: ("base", EVALUATION), ("round-01", ...)."""
    if config.evaluation.base:
        yield "base", EVALUATION
        if SAMPLES.belongs(config):
            yield "base", SAMPLES
        if config.student is not None:
            yield "teacher", EVALUATION
    for number in range(1, config.rounds + 1):
        yield from ((round_folder(number), kind) for kind in ROUND if kind.belongs(config))


def position(name: str) -> int:
    """Where a stage of this name stands in a round; those that are no part of one come last."""
    return list(STAGES).index(name) if name in STAGES else len(STAGES)
