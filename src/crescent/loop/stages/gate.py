"""The gate of every round: reads the dev task, and nothing of the test sets, and writes `gate.json`."""

import msgspec

from crescent.errors import DamagedError, StageError
from crescent.evaluation.gate import Verdict, decide
from crescent.evaluation.results import Item
from crescent.loop.stages.context import Context
from crescent.loop.stages.evaluation import items
from crescent.loop.stages.facts import AnswersFacts, EvaluationFacts, QuestionsFacts, TrainingFacts
from crescent.runs.folder import write_json
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import round_folder

FILE = "gate.json"


class Verdicts:
    """The verdicts of a run, round by round."""

    def __init__(self, context: Context, base: Manifest | None) -> None:
        self._context = context
        self._measured = [base]
        self._dev: list[float | None] = [self._dev_score(base)]
        self._agreement: list[float] = []
        self._distinct: list[float] = []
        self._variety: list[float] = []

    def next(
        self, number: int, training: Manifest, measured: Manifest | None, questions: Manifest, answers: Manifest
    ) -> Verdict:
        """Judge round `number` and write its verdict."""
        self._measured.append(measured)
        self._dev.append(self._dev_score(measured))
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
        known = {item.id: item.score for item in self._items(before)}
        return [(known[item.id], item.score) for item in self._items(now)]

    def _items(self, number: int) -> list[Item]:
        manifest = self._measured[number]
        if manifest is None:
            raise StageError(f"round {number} was not measured, and the gate's rule asks for it. This is a defect.")
        return items(self._context, manifest)[self._context.config.evaluation.dev_task].items

    def _dev_score(self, manifest: Manifest | None) -> float | None:
        if manifest is None:
            return None
        measured = facts_of(manifest, EvaluationFacts).tasks.get(self._context.config.evaluation.dev_task)
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
