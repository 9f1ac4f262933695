"""Check `votes`: every answer read again from its solution, every vote held again by the rules of the run."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, Read, line_of, stated
from crescent.config.schema import Config
from crescent.loop.stages.budget import BEYOND
from crescent.loop.stages.facts import AnswersFacts
from crescent.loop.stages.rows import REWORDED, VIEWS
from crescent.records import Completion, Consensus, Solution
from crescent.runs.manifest import MANIFEST, Manifest
from crescent.runs.names import in_order
from crescent.voting.extraction import extract_answer
from crescent.voting.labels.label import label_of
from crescent.voting.symbolic import comparer


def check_votes(
    folder: Folder, config: Config, stage: str, findings: Findings, kind: type[AnswersFacts] = AnswersFacts
) -> None:
    """Every answer read again, every vote held again, and the counts of the round."""
    check, file = findings.of("votes"), f"{stage}/{MANIFEST}"
    voting = config.voting
    comparer.configure(voting.symbolic_seconds, voting.symbolic_megabytes)
    label = label_of(config)
    solutions = [row for place in folder.passes(stage) for row in folder.shards(place, Solution, check)]
    beside = folder.shards(f"{stage}/{VIEWS}", Solution, check) if (folder.path / stage / VIEWS).is_dir() else []
    for each in [*solutions, *beside]:
        read = extract_answer(each.row.text, voting.marker)
        place = f"{line_of(each)}, sample {each.row.sample} of {each.row.question}"
        check.same(each.file, f"{place}, answer", each.row.answer, read.value if read else None)
        check.same(each.file, f"{place}, match", each.row.match, read.match if read else None)
    outcomes = folder.shards(f"{stage}/consensus", Consensus, check)
    ballots = by_question([*solutions, *beside])
    for outcome in outcomes:
        cast = ballots.pop(outcome.row.question, [])
        if outcome.row.reason == BEYOND:
            continue
        voted = label.decide(outcome.row.question, cast, voting)
        place = f"{line_of(outcome)}, question {outcome.row.question}"
        check.same(outcome.file, place, msgspec.to_builtins(outcome.row), msgspec.to_builtins(voted))
    for question in ballots:
        check.wrong(f"{stage}/consensus", f"question {question}", "no vote", "a vote: it has solutions")
    reworded = f"{stage}/{REWORDED}"
    rewordings = folder.shards(reworded, Completion, check) if (folder.path / reworded).is_dir() else []
    more = sum(each.row.tokens for each in beside) + sum(each.row.tokens for each in rewordings)
    rows = [each.row for each in solutions]
    _facts(folder.manifests[stage], rows, [each.row for each in outcomes], check, file, kind, more)


def by_question(solutions: Iterable[Read[Solution]]) -> dict[str, list[Solution]]:
    """The solutions of every question in sample order."""
    found: dict[str, list[Solution]] = {}
    for each in sorted(solutions, key=lambda each: (in_order(each.row.question), each.row.sample)):
        found.setdefault(each.row.question, []).append(each.row)
    return found


def _facts(
    manifest: Manifest,
    solutions: Sequence[Solution],
    outcomes: Sequence[Consensus],
    check: Check,
    file: str,
    kind: type[AnswersFacts],
    more: int,
) -> None:
    """`more`: the tokens of rewordings and of their solutions."""
    facts = stated(manifest, kind, check)
    if facts is None:
        return
    unheard = {row.question for row in outcomes if row.reason == BEYOND}
    heard = [row for row in solutions if row.question not in unheard]
    matches = Counter(row.match or "none" for row in heard)
    without = matches.pop("none", 0)
    drops = Counter(row.reason for row in outcomes if row.reason is not None)
    recomputed = {
        "questions": len(outcomes),
        "solutions": len(heard),
        "no_answer": without,
        "tokens": sum(row.tokens for row in solutions) + more,
        "accepted": len(outcomes) - drops.total(),
        "drops": dict(sorted(drops.items())),
        "matches": dict(sorted(matches.items())),
        "mean_agreement": sum(row.agreement for row in outcomes) / max(len(outcomes) - len(unheard), 1),
    }
    for name, value in recomputed.items():
        check.same(file, f"facts.{name}", getattr(facts, name), value)
