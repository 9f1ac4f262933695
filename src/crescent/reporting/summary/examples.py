"""The examples a report shows: spread over what there is, the same in every start."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.records import Consensus, Drop, Question, Solution
from crescent.reporting.report.gathered import DropSample, Sample
from crescent.reporting.summary.audit import truth
from crescent.runs.names import in_order, round_folder
from crescent.runs.shards import ShardFolder

DROPS = 12
ACCEPTED = 6
REJECTED = 6
T = TypeVar("T")


def drop_samples(context: Context, number: int) -> list[DropSample]:
    """Some drops of a round, every reason among them, near-duplicates with the question they are like."""
    folder = context.run.path / round_folder(number) / "questions"
    drops = list(ShardFolder(folder / "drops").stream(Drop))
    reasons: dict[str, list[Drop]] = {}
    for drop in drops:
        reasons.setdefault(drop.reason, []).append(drop)
    each = max(1, DROPS // max(len(reasons), 1))
    chosen = [drop for _, rows in sorted(reasons.items()) for drop in evenly(rows, each)]
    wanted = {drop.other for drop in chosen}
    others: dict[str | None, str] = {}
    for earlier in range(1, number + 1):
        accepted = context.run.path / round_folder(earlier) / "questions" / "accepted"
        others |= {q.id: q.text for q in ShardFolder(accepted).stream(Question) if q.id in wanted}
    return [
        DropSample(
            text=drop.text,
            reason=drop.reason,
            other_text=others.get(drop.other),
            test=drop.test,
            similarity=drop.similarity,
        )
        for drop in chosen
    ]


def question_samples(context: Context, number: int) -> list[Sample]:
    """Some questions of a round with all their votes, accepted and rejected ones, over the whole range of agreement."""
    folder = context.run.path / round_folder(number)
    outcomes = sorted(
        ShardFolder(folder / "answers" / "consensus").stream(Consensus),
        key=lambda c: (c.agreement, in_order(c.question)),
    )
    chosen = evenly([c for c in outcomes if c.reason is None], ACCEPTED)[::-1]
    chosen += evenly([c for c in outcomes if c.reason is not None and c.samples], REJECTED)[::-1]
    wanted = {c.question for c in chosen}
    texts = {q.id: q.text for q in ShardFolder(folder / "questions" / "accepted").stream(Question) if q.id in wanted}
    votes: dict[str, list[Solution]] = {id: [] for id in wanted}
    for row in solutions(folder / "answers"):
        if row.question in wanted:
            votes[row.question].append(row)
    known = truth(context.config.evaluation.audit)
    return [_sample(c, texts[c.question], votes[c.question], known(texts[c.question])) for c in chosen]


def _sample(consensus: Consensus, text: str, solutions: list[Solution], expected: str | None) -> Sample:
    votes = Counter(s.answer if s.answer is not None else "none" for s in solutions)
    shown = next((s for s in solutions if s.sample == consensus.solution), solutions[0])
    return Sample(
        question=text,
        answer=consensus.answer,
        agreement=consensus.agreement,
        accepted=consensus.reason is None,
        reason=consensus.reason,
        votes=dict(sorted(votes.items(), key=lambda item: (-item[1], item[0]))),
        solution=shown.text,
        chosen=consensus.solution is not None,
        truth=expected,
    )


def evenly(rows: Sequence[T], count: int) -> list[T]:
    """`count` of the rows, evenly spaced from first to last."""
    if len(rows) <= count or count < 2:
        return list(rows[:count])
    return [rows[round(i * (len(rows) - 1) / (count - 1))] for i in range(count)]
