"""Check `scores`: the figures of sampled benchmarks from their rows, and the rows from the replies."""

from collections import defaultdict

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, line_of, stated
from crescent.config.schema import Config
from crescent.evaluation.results import Drawn
from crescent.loop.stages.draws import figures, majorities
from crescent.loop.stages.facts import DrawsFacts, EvaluationFacts
from crescent.records import Completion
from crescent.runs.manifest import MANIFEST


def check_draws(folder: Folder, config: Config, stage: str, findings: Findings) -> None:
    """Lengths and cuts of every reply from the completions, majorities from answers and scores, figures from rows."""
    check, file = findings.of("scores"), f"{stage}/{MANIFEST}"
    facts = stated(folder.manifests[stage], DrawsFacts, check)
    evaluated = folder.manifests.get(f"{stage.partition('/')[0]}/evaluation")
    measured = stated(evaluated, EvaluationFacts, check) if evaluated else None
    rows: dict[str, list[Drawn]] = defaultdict(list)
    for read in folder.shards(f"{stage}/judged", Drawn, check):
        row, place = read.row, f"{line_of(read)}, problem {read.row.id}"
        rows[row.task].append(row)
        shares = majorities(row.answers, row.scores, config.voting.symbolic)
        check.same(read.file, f"{place}, majority", row.majority, shares)
    for number, (task, found) in enumerate(facts.tasks.items() if facts else ()):
        _replies(folder, check, f"{stage}/completions/{number:02d}", rows[task])
        score = measured.tasks.get(task) if measured else None
        if not rows[task]:
            check.wrong(file, f"facts.tasks.{task}", "a figure", "no rows")
        elif score is None:
            check.absent(f"{file}: {task} is not recomputed: the evaluation of the model is not there")
        else:
            again = msgspec.to_builtins(figures(rows[task], score))
            check.same(file, f"facts.tasks.{task}", msgspec.to_builtins(found), again)
    for task in rows.keys() - (facts.tasks.keys() if facts else set()):
        check.wrong(file, f"facts.tasks.{task}", "no such task", f"{len(rows[task])} rows")


def drawn_rows(folder: Folder, stage: str, task: str) -> list[Drawn]:
    """The rows of a task; none where it was not sampled."""
    read = folder.shards(f"{stage}/judged", Drawn, Check("", "")) if stage in folder.manifests else []
    return [each.row for each in read if each.row.task == task]


def drawn_score(folder: Folder, stage: str, task: str) -> float | None:
    """avg@K of a task from its rows, None where it was not sampled."""
    shares = [row.share for row in drawn_rows(folder, stage, task)]
    return sum(shares) / len(shares) if shares else None


def _replies(folder: Folder, check: Check, place: str, rows: list[Drawn]) -> None:
    """Each reply's tokens and end, where an item has one request: others have several, and theirs are summed."""
    drawn: dict[str, dict[int, Completion]] = defaultdict(dict)
    for read in folder.shards(place, Completion, check):
        drawn[read.row.request.rpartition(":")[2]][read.row.sample] = read.row
    for row in rows:
        replies = [drawn[row.id][sample] for sample in sorted(drawn[row.id])] if row.id in drawn else []
        if replies:
            check.same(place, f"{row.id}, tokens", row.tokens, [reply.tokens for reply in replies])
            check.same(place, f"{row.id}, cut", row.cut, [reply.stop == "length" for reply in replies])
