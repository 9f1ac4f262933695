"""The pairs that an arm may use, each with the vote that chose it."""

from collections.abc import Iterator
from typing import NamedTuple

from crescent.loop.stages.budget import BEYOND
from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solution_passes
from crescent.records import Consensus, Pair, Question, Solution
from crescent.runs.manifest import Manifest
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import by_question, unguarded
from crescent.voting.labels.label import Label, label_of
from crescent.voting.losers import Rivals
from crescent.voting.selection.selection import Candidate


class Offered(NamedTuple):
    """Lower preferences are drawn first; only those of preference 0 are what the arm is about."""

    preference: int
    candidate: Candidate


class _Chosen(NamedTuple):
    solution: Solution
    weight: float = 1.0
    beside: bool = False
    preference: int = 0


def offered(context: Context, questions: Manifest, answers: Manifest) -> list[Offered]:
    """Every pair that the arm may use, in the order of the questions."""
    folder, config = context.run.path / answers.spec.stage, context.config
    texts = {q.id: q for q in ShardFolder(context.run.path / questions.spec.stage / "accepted").stream(Question)}
    votes = {c.question: c for c in ShardFolder(folder / "consensus").stream(Consensus)}
    solutions = dict(by_question(solution_passes(folder)))
    label, arm = label_of(config), config.training.pairs
    found = []
    for id, question in texts.items():
        vote = votes[id]
        if vote.reason == BEYOND:
            continue
        voted = None
        if arm == "consensus" and vote.reason is None:
            voted = Rivals(solutions[id], symbolic=config.voting.symbolic)
        for chosen in _chosen(context, label, vote, solutions[id]):
            solution = chosen.solution
            loser = voted.against(solution.sample) if voted else None
            pair = Pair(
                id=f"{id}-s{solution.sample:02d}" if chosen.beside else id,
                round=question.round,
                question=question.text,
                solution=solution.text,
                answer=solution.answer,
                agreement=vote.agreement if arm == "consensus" else None,
                weight=chosen.weight,
                rejected=loser[0].text if loser else None,
                margin=loser[1] if loser else None,
            )
            known = vote if arm != "unvoted" and chosen.preference == 0 else None
            found.append(Offered(chosen.preference, Candidate(id, pair, known, solution.tokens)))
    return found


def _chosen(context: Context, label: Label, vote: Consensus, solutions: list[Solution]) -> Iterator[_Chosen]:
    """The solutions that the arm takes for a question."""
    arm, voting = context.config.training.pairs, context.config.voting
    by_sample = {solution.sample: solution for solution in solutions}
    if arm == "unvoted":
        if solutions[0].text:
            yield _Chosen(solutions[0])
    elif vote.solution is not None:
        for sample, weight in label.weigh(vote, solutions, voting):
            given = weight if arm == "consensus" else 1.0
            yield _Chosen(by_sample[sample], given, beside=sample != vote.solution)
    elif arm == "shuffled":
        plurality = label.decide(vote.question, solutions, unguarded(voting)).solution
        if plurality is not None:
            yield _Chosen(by_sample[plurality], preference=1)
