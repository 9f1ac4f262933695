"""The gate of every round: reads dev task and guard task, nothing of the test sets, and writes `gate.json`.

Where one of the two is among `evaluation.sampled`, a problem's score is the share of its sampled replies that are
right, and accuracy their mean; else both are those of the greedy replies, which are also what the alarms look at.
"""

from collections.abc import Sequence

import msgspec

from crescent.errors import DamagedError, StageError
from crescent.evaluation.alarms import Replies, alarms, replies
from crescent.evaluation.gate import Guard, Verdict, decide
from crescent.evaluation.results import Item
from crescent.loop.stages.context import Context
from crescent.loop.stages.draws import rescored, rows_of
from crescent.loop.stages.evaluation import items, written
from crescent.loop.stages.facts import AnswersFacts, DrawsFacts, EvaluationFacts, QuestionsFacts, TrainingFacts
from crescent.runs.folder import write_json
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import round_folder

FILE = "gate.json"


class Verdicts:
    """The verdicts of a run, round by round."""

    def __init__(self, context: Context, base: Manifest | None, drawn: Manifest | None = None) -> None:
        self._context = context
        self._measured = [base]
        self._drawn = [drawn]
        self._dev_task = context.config.evaluation.dev_task
        self._guard_task = context.config.evaluation.guard_task
        self._dev: list[float | None] = [self._score(base, self._dev_task, drawn)]
        self._guard: list[float | None] = [self._score(base, self._guard_task, drawn)]
        self._agreement: list[float] = []
        self._distinct: list[float] = []
        self._variety: list[float] = []
        self._known: dict[tuple[int, str], list[Item]] = {}

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
        self._measured.append(measured)
        self._drawn.append(drawn)
        self._dev.append(self._score(measured, self._dev_task, drawn))
        self._guard.append(self._score(measured, self._guard_task, drawn))
        self._agreement.append(facts_of(answers, AnswersFacts).mean_agreement)
        made = facts_of(questions, QuestionsFacts)
        self._distinct.append(made.accepted / max(made.written + made.rewrites, 1))
        self._variety.append(made.diversity.variety)
        problem = None if measured is not None else f"training {facts_of(training, TrainingFacts).state}"
        verdict = decide(
            self._dev,
            self._context.config.evaluation.gate,
            dev_task=self._dev_task,
            problem=problem,
            agreement=self._agreement,
            distinct=self._distinct,
            variety=self._variety,
            scores=lambda before, now: self._scores(self._dev_task, before, now),
            guard=self._guarded(),
            seed=self._context.config.seed,
        )
        verdict = self._with_alarms(verdict, number)
        write_json(self._context.run.path / round_folder(number) / FILE, msgspec.to_builtins(verdict))
        self._context.report.say(f"round {number} gate: {verdict.verdict}")
        for alarm in verdict.alarms:
            self._context.report.say(f"round {number} warning: {alarm}")
        self._context.run.events.append("gate", round=number, accepted=verdict.accepted, best_round=verdict.best_round)
        return verdict

    def _with_alarms(self, verdict: Verdict, number: int) -> Verdict:
        now, base = self._replies(number), self._replies(0)
        found = alarms(now, base, self._context.config.evaluation.alarms)
        return msgspec.structs.replace(verdict, alarms=found, replies=now, base_replies=base)

    def _guarded(self) -> Guard | None:
        task = self._guard_task
        if task is None:
            return None
        return Guard(task, self._guard, lambda before, now: self._scores(task, before, now))

    def _scores(self, task: str, before: int, now: int) -> list[tuple[float, float]]:
        """Every problem's score in two rounds, 0 being the base model."""
        return paired(task, self._items(task, before), self._items(task, now))

    def _items(self, task: str, number: int) -> list[Item]:
        manifest = self._measured[number]
        if manifest is None:
            raise StageError(f"round {number} was not measured, and the gate's rule asks for it. This is a defect.")
        if (number, task) not in self._known:
            found, drawn = items(self._context, manifest)[task].items, self._drawn[number]
            sampled = rows_of(self._context, drawn).get(task) if drawn is not None else None
            self._known[number, task] = found if sampled is None else rescored(found, sampled)
        return self._known[number, task]

    def _replies(self, number: int) -> Replies | None:
        """What the model of a round wrote to the dev task; None where it was not measured."""
        manifest, task = self._measured[number], self._dev_task
        if manifest is None or self._score(manifest, task) is None or not (found := items(self._context, manifest)):
            return None
        return replies(found[task].items, written(self._context, manifest))

    @staticmethod
    def _score(manifest: Manifest | None, task: str | None, drawn: Manifest | None = None) -> float | None:
        if manifest is None or task is None:
            return None
        if drawn is not None and (sampled := facts_of(drawn, DrawsFacts).tasks.get(task)) is not None:
            return sampled.average.value
        measured = facts_of(manifest, EvaluationFacts).tasks.get(task)
        return None if measured is None else measured.value


def paired(task: str, before: Sequence[Item], now: Sequence[Item]) -> list[tuple[float, float]]:
    """(score before, score now) of every problem, matched by id and in the order of `now`.

    Raises:
        StageError: the two were not asked the same problems.
    """
    known = {item.id: item.score for item in before}
    if len(now) != len(known) or any(item.id not in known for item in now):
        raise StageError(f"{task}: two models that the gate compares were asked different problems")
    return [(known[item.id], item.score) for item in now]


def verdict_of(context: Context, number: int) -> Verdict | None:
    """The verdict of a round as it stands in the run folder, None where there is none yet."""
    path = context.run.path / round_folder(number) / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Verdict)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path} cannot be read: {error}. Delete it and start the same command again.") from error
