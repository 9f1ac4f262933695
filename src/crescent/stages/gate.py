"""The gate of every round: reads the dev task, and nothing of the test sets, and writes `gate.json`."""

from typing import Any

import msgspec

from crescent.errors import DamagedError
from crescent.evaluation.gate import Verdict, decide
from crescent.run.folder import read_json, write_json
from crescent.run.manifest import Manifest
from crescent.stages.context import Context

FILE = "gate.json"


class Verdicts:
    """The verdicts of a run, round by round."""

    def __init__(self, context: Context, base: Manifest | None) -> None:
        self._context = context
        self._dev: list[float | None] = [self._dev_score(base)]
        self._agreement: list[float] = []
        self._distinct: list[float] = []

    def next(
        self, number: int, training: Manifest, measured: Manifest | None, questions: Manifest, answers: Manifest
    ) -> Verdict:
        """Judge round `number` and write its verdict."""
        self._dev.append(self._dev_score(measured))
        self._agreement.append(answers.facts["mean_agreement"])
        self._distinct.append(questions.facts["accepted"] / max(questions.facts["written"], 1))
        problem = None if measured is not None else f"training {training.facts['state']}"
        verdict = decide(
            self._dev,
            self._context.config.evaluation.gate,
            problem=problem,
            agreement=self._agreement,
            distinct=self._distinct,
        )
        write_json(self._context.run.path / f"round-{number:02d}" / FILE, msgspec.to_builtins(verdict))
        self._context.report.say(f"round {number} gate: {verdict.verdict}")
        self._context.run.events.append("gate", round=number, accepted=verdict.accepted, best_round=verdict.best_round)
        return verdict

    def _dev_score(self, manifest: Manifest | None) -> float | None:
        if manifest is None:
            return None
        value: float = manifest.facts[self._context.config.evaluation.dev_task]["value"]
        return value


def verdict_of(context: Context, number: int) -> dict[str, Any] | None:
    """The verdict of a round as it stands in the run folder, None where there is none yet."""
    path = context.run.path / f"round-{number:02d}" / FILE
    found = read_json(path)
    if found is None and path.exists():
        raise DamagedError(f"{path} cannot be read. Delete it and start the same command again.")
    return found
