"""Check `gate`: every verdict again, from the items of dev task and guard task and the rows of questions and votes."""

from functools import partial

import msgspec

from crescent.commands.verify.chain import verdict
from crescent.commands.verify.draws import drawn_rows, drawn_score
from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, stated
from crescent.commands.verify.scores import dev_score
from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.evaluation.alarms import Replies, alarms, replies
from crescent.evaluation.gate import Guard, decide
from crescent.evaluation.results import Item, TaskResult
from crescent.loop.stages.draws import rescored
from crescent.loop.stages.facts import QuestionsFacts, TrainingFacts
from crescent.loop.stages.gate import FILE, paired
from crescent.records import Completion, Consensus
from crescent.runs.names import round_folder


def check_gate(folder: Folder, config: Config, rounds: list[int], findings: Findings) -> None:
    """The verdicts of all rounds in their order: each looks back at those before it."""
    check, evaluation = findings.of("gate"), config.evaluation
    dev_task, guard_task = evaluation.dev_task, evaluation.guard_task
    silent, measured = Check("", ""), _Measured(folder)
    dev = [measured.score(0, dev_task)]
    guard = [measured.score(0, guard_task)]
    agreement: list[float] = []
    distinct: list[float] = []
    variety: list[float] = []
    for number in rounds:
        place = round_folder(number)
        stored = verdict(folder, number)
        if stored is None:
            check.absent(f"{place}: there is no verdict of the gate yet")
            return
        outcomes = [row.row for row in folder.shards(f"{place}/answers/consensus", Consensus, silent)]
        asked, trained = (folder.manifests.get(f"{place}/{kind}") for kind in ("questions", "training"))
        made = stated(asked, QuestionsFacts, silent) if asked else None
        training = stated(trained, TrainingFacts, silent) if trained else None
        if made is None or training is None:
            check.absent(f"{place}/{FILE}: the questions or the training of the round are not there")
            return
        dev.append(measured.score(number, dev_task))
        guard.append(measured.score(number, guard_task))
        agreement.append(sum(row.agreement for row in outcomes) / max(len(outcomes), 1))
        distinct.append(made.accepted / max(made.written + made.rewrites, 1))
        variety.append(made.diversity.variety)
        try:
            found = decide(
                dev,
                evaluation.gate,
                dev_task=dev_task,
                problem=None if f"{place}/evaluation" in folder.manifests else f"training {training.state}",
                agreement=agreement,
                distinct=distinct,
                variety=variety,
                scores=partial(measured.pairs, dev_task),
                guard=Guard(guard_task, guard, partial(measured.pairs, guard_task)) if guard_task else None,
                seed=config.seed,
            )
        except StageError as error:
            check.wrong(f"{place}/{FILE}", "", stored.verdict, str(error))
            return
        now, base = measured.replies(number, dev_task), measured.replies(0, dev_task)
        said = alarms(now, base, evaluation.alarms)
        found = msgspec.structs.replace(found, alarms=said, replies=now, base_replies=base)
        check.same(f"{place}/{FILE}", "", msgspec.to_builtins(stored), msgspec.to_builtins(found))


class _Measured:
    """What the models were measured on: round 0 is the base model."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._silent = Check("", "")

    def score(self, number: int, task: str | None) -> float | None:
        """The score on a task from its items."""
        if task is None:
            return None
        drawn = drawn_score(self._folder, f"{self._place(number)}/draws", task)
        return dev_score(self._folder, self._stage(number), task) if drawn is None else drawn

    def pairs(self, task: str, before: int, now: int) -> list[tuple[float, float]]:
        """As the gate has them. Raises StageError where the two models were asked different problems."""
        return paired(task, self._scored(before, task), self._scored(now, task))

    def replies(self, number: int, task: str) -> Replies | None:
        """What the model wrote to a task."""
        texts = self._folder.shards(f"{self._stage(number)}/completions", Completion, self._silent)
        return replies(self._items(number, task), [row.row for row in texts])

    def _items(self, number: int, task: str) -> list[Item]:
        stage = self._stage(number)
        if stage not in self._folder.manifests:
            return []
        rows = self._folder.shards(f"{stage}/results", TaskResult, self._silent)
        return next((row.row.items for row in rows if row.row.task == task), [])

    def _scored(self, number: int, task: str) -> list[Item]:
        """The items by their sampled replies, where there are some."""
        rows = drawn_rows(self._folder, f"{self._place(number)}/draws", task)
        return rescored(self._items(number, task), rows) if rows else self._items(number, task)

    def _stage(self, number: int) -> str:
        return f"{self._place(number)}/evaluation"

    @staticmethod
    def _place(number: int) -> str:
        return round_folder(number) if number else "base"
