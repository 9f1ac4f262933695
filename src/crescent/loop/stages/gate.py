"""The gate of every round: reads the dev task, and nothing of the test sets, and writes `gate.json`.

Where the dev task is among `evaluation.sampled`, a problem's score is the share of its sampled replies that are right,
and dev accuracy their mean; else both are those of the greedy replies.
"""

import msgspec

from crescent.errors import DamagedError, StageError
from crescent.evaluation.gate import Verdict, decide
from crescent.loop.stages.context import Context
from crescent.loop.stages.draws import shares
from crescent.loop.stages.evaluation import items
from crescent.loop.stages.facts import AnswersFacts, DrawsFacts, EvaluationFacts, QuestionsFacts, TrainingFacts
from crescent.runs.folder import write_json
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import round_folder

FILE = "gate.json"


class Verdicts:
    """The verdicts of a run, round by round."""

    def __init__(self, context: Context, base: Manifest | None, drawn: Manifest | None = None) -> None:
        self._context = context
        self._measured = [(base, drawn)]
        self._dev: list[float | None] = [self._dev_score(base, drawn)]
        self._agreement: list[float] = []
        self._distinct: list[float] = []
        self._variety: list[float] = []

    def next(
        self,
        number: int,
        training: Manifest,
        measured: Manifest | None,
        questions: Manifest,
        answers: Manifest,
        drawn: Manifest | None = None,
    ) -> Verdict:
        """Judge round `number` and write its verdict. `drawn`: what was sampled of its benchmarks."""
        self._measured.append((measured, drawn))
        self._dev.append(self._dev_score(measured, drawn))
        self._agreement.append(facts_of(answers, AnswersFacts).mean_agreement)
        made = facts_of(questions, QuestionsFacts)
        self._distinct.append(made.accepted / max(made.written + made.rewrites, 1))
        self._variety.append(made.diversity.variety)
        problem = None if measured is not None else f"training {facts_of(training, TrainingFacts).state}"
        verdict = decide(
            self._dev,
            self._context.config.evaluation.gate,
            dev_task=self._context.config.evaluation.dev_task,
            problem=problem,
            agreement=self._agreement,
            distinct=self._distinct,
            variety=self._variety,
            scores=self._scores,
            seed=self._context.config.seed,
        )
        write_json(self._context.run.path / round_folder(number) / FILE, msgspec.to_builtins(verdict))
        self._context.report.say(f"round {number} gate: {verdict.verdict}")
        self._context.run.events.append("gate", round=number, accepted=verdict.accepted, best_round=verdict.best_round)
        return verdict

    def _scores(self, before: int, now: int) -> list[tuple[float, float]]:
        """Every dev problem's score in two rounds, 0 being the base model, matched by id and in the order of `now`."""
        known = self._items(before)
        return [(known[id], score) for id, score in self._items(now).items()]

    def _items(self, number: int) -> dict[str, float]:
        """Item -> score."""
        task, (manifest, drawn) = self._context.config.evaluation.dev_task, self._measured[number]
        if manifest is None:
            raise StageError(f"round {number} was not measured, and the gate's rule asks for it. This is a defect.")
        if drawn is not None and (found := shares(self._context, drawn, task)) is not None:
            return found
        return {item.id: item.score for item in items(self._context, manifest)[task].items}

    def _dev_score(self, manifest: Manifest | None, drawn: Manifest | None) -> float | None:
        task = self._context.config.evaluation.dev_task
        if drawn is not None and (sampled := facts_of(drawn, DrawsFacts).tasks.get(task)) is not None:
            return sampled.average.value
        measured = facts_of(manifest, EvaluationFacts).tasks.get(task) if manifest is not None else None
        return None if measured is None else measured.value


def verdict_of(context: Context, number: int) -> Verdict | None:
    """The verdict of a round as it stands in the run folder, None where there is none yet."""
    path = context.run.path / round_folder(number) / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Verdict)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path} cannot be read: {error}. Delete it and start the same command again.") from error
