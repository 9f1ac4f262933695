"""Check `gate`: every verdict again, from the items of the dev task and the rows of questions and votes."""

import msgspec

from crescent.commands.verify.chain import verdict
from crescent.commands.verify.draws import drawn_score
from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, stated
from crescent.commands.verify.scores import dev_score
from crescent.config.schema import Config
from crescent.evaluation.gate import decide
from crescent.loop.stages.facts import QuestionsFacts, TrainingFacts
from crescent.loop.stages.gate import FILE
from crescent.records import Consensus
from crescent.runs.names import round_folder


def check_gate(folder: Folder, config: Config, rounds: list[int], findings: Findings) -> None:
    """The verdicts of all rounds in their order: each looks back at those before it."""
    check, dev_task = findings.of("gate"), config.evaluation.dev_task
    silent = Check("", "")
    dev = [_dev(folder, "base", dev_task)]
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
        dev.append(_dev(folder, place, dev_task))
        agreement.append(sum(row.agreement for row in outcomes) / max(len(outcomes), 1))
        distinct.append(made.accepted / max(made.written + made.rewrites, 1))
        variety.append(made.diversity.variety)
        measured = f"{place}/evaluation" in folder.manifests
        found = decide(
            dev,
            config.evaluation.gate,
            dev_task=dev_task,
            problem=None if measured else f"training {training.state}",
            agreement=agreement,
            distinct=distinct,
            variety=variety,
        )
        check.same(f"{place}/{FILE}", "", msgspec.to_builtins(stored), msgspec.to_builtins(found))


def _dev(folder: Folder, place: str, task: str) -> float | None:
    """What the gate reads of a model: avg@K where the dev task was sampled, else the greedy score."""
    drawn = drawn_score(folder, f"{place}/draws", task)
    return dev_score(folder, f"{place}/evaluation", task) if drawn is None else drawn
