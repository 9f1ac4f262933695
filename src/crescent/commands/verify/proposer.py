"""Check `proposer`: the questions that a proposer learned from are those whose agreement is in its band."""

from collections import Counter
from fractions import Fraction

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, stated
from crescent.config.schema import Config
from crescent.loop.stages.facts import ProposerFacts
from crescent.records import Consensus, Drop, Proposed, Question
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import round_folder

FILE = "band.jsonl"
UNHEARD = "beyond-budget"


def check_proposer(folder: Folder, config: Config, number: int, findings: Findings) -> None:
    """What was learned from for round `number` and what was not, from the votes of the round before."""
    check, stage = findings.of("proposer"), f"{round_folder(number)}/proposer"
    before, silent = round_folder(number - 1), Check("", "")
    proposer = config.questions.proposer
    if proposer is None:
        check.wrong(f"{stage}/{MANIFEST}", "", "a proposer", "config.yaml has none")
        return
    questions = [each.row for each in folder.shards(f"{before}/questions/accepted", Question, silent)]
    outcomes = {c.row.question: c.row for c in folder.shards(f"{before}/answers/consensus", Consensus, silent)}
    low, high = (_exact(0.0 if end is None else end) for end in (proposer.min_agreement, proposer.max_agreement))
    drops = {drop.row.id: drop.row.reason for drop in folder.shards(f"{stage}/drops", Drop, check)}
    learned, left = [], {}
    for question in questions:
        outcome = outcomes.get(question.id)
        agreement = _exact(outcome.agreement) if outcome is not None else Fraction(0)
        if outcome is not None and outcome.reason == UNHEARD:
            left[question.id] = UNHEARD
        elif not low <= agreement <= high:
            left[question.id] = "below-band" if agreement < low else "above-band"
        elif outcome is not None and drops.get(question.id) != "too-long":
            learned.append(Proposed(id=question.id, question=question.text, agreement=outcome.agreement))
    path = folder.path / stage / FILE
    there = [each.row for each in folder.rows(path, Proposed, check)]
    check.same(f"{stage}/{FILE}", "rows", msgspec.to_builtins(there), msgspec.to_builtins(learned))
    others = {id: reason for id, reason in drops.items() if reason != "too-long"}
    check.same(f"{stage}/drops", "reasons", others, left)
    if (facts := stated(folder.manifests[stage], ProposerFacts, check)) is not None:
        file = f"{stage}/{MANIFEST}"
        check.same(file, "facts.questions", facts.questions, len(questions))
        check.same(file, "facts.learned", facts.learned, len(there))
        check.same(file, "facts.drops", facts.drops, dict(sorted(Counter(drops.values()).items())))


def _exact(share: float) -> Fraction:
    return Fraction(str(share))
