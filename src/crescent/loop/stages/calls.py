"""The stages as the loop calls them: each method has the signature of its stage's `run`, less the context.

So mypy sees every call of the loop, while the module of a stage, and with it torch, is imported by whoever runs it.
"""

from collections.abc import Sequence

from crescent.loop.execution.executor import Executor
from crescent.loop.stages.context import ModelRef
from crescent.runs.manifest import Manifest


class Stages:
    """What `execute` does, by stage. Each returns the manifest of the finished stage."""

    def __init__(self, execute: Executor) -> None:
        self._execute = execute

    def proposer(self, number: int, start: ModelRef, questions: Manifest, answers: Manifest) -> Manifest:
        """The proposer `start` learns from the round before `number`: its `questions` and their `answers`."""
        return self._execute("proposer", number, start, questions, answers)

    def questions(self, number: int, model: ModelRef, earlier: Sequence[Manifest]) -> Manifest:
        """`model` writes the questions of round `number`, new against those of `earlier` rounds."""
        return self._execute("questions", number, model, earlier)

    def answers(self, name: str, model: ModelRef, questions: Manifest) -> Manifest:
        """`model` solves the questions and votes."""
        return self._execute("answers", name, model, questions)

    def audit(self, name: str, model: ModelRef) -> Manifest:
        """`model` solves labelled questions and votes, to learn what the round's labels are worth."""
        return self._execute("audit", name, model)

    def dataset(self, number: int, questions: Manifest, answers: Manifest, earlier: Sequence[Manifest]) -> Manifest:
        """The pairs to learn from, those of `earlier` rounds included where they accumulate."""
        return self._execute("dataset", number, questions, answers, earlier)

    def replay(self, number: int, start: ModelRef, dataset: Manifest) -> Manifest:
        """What `start` says of its own accord, to be mixed in against forgetting."""
        return self._execute("replay", number, start, dataset)

    def training(self, number: int, start: ModelRef, dataset: Manifest, replayed: Manifest | None = None) -> Manifest:
        """Fine-tune `start`."""
        return self._execute("training", number, start, dataset, replayed)

    def evaluation(self, name: str, model: ModelRef) -> Manifest:
        """Benchmark `model`."""
        return self._execute("evaluation", name, model)

    def samples(self, name: str, model: ModelRef, measured: Manifest) -> Manifest:
        """Sampled solutions of the dev problems, for pass@k."""
        return self._execute("samples", name, model, measured)

    def draws(self, name: str, model: ModelRef, measured: Manifest) -> Manifest:
        """Sampled replies to benchmarks, for avg@K."""
        return self._execute("draws", name, model, measured)
