"""The vote: K solutions of one question, one majority answer or none.

Self-consistency (Wang et al., 2023) with the guards a label needs: ties, a band of agreement and a least number of
votes can reject a question. Agreement is compared as an exact rational, so 4 of 10 is inside a band that starts at 0.4.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import exp, fsum, isfinite

from crescent.config.schema import Voting
from crescent.errors import DataError
from crescent.records import Consensus, Solution
from crescent.voting.answer import Answer, Ballot
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.extraction import extract_answer
from crescent.voting.grouping import group, most_common
from crescent.voting.representatives import REPRESENTATIVES
from crescent.voting.representatives import representatives as chosen_of

RULES = ("majority", "first", "weighted")


def vote(
    solutions: Iterable[str | Answer | Ballot | Solution | None],
    *,
    question: str = "",
    rule: str = "majority",
    reject_ties: bool = True,
    min_agreement: float | Fraction = 0,
    max_agreement: float | Fraction = 1,
    min_votes: int = 1,
    representative: str = "first",
    representatives: int = 2,
    symbolic: bool = True,
) -> Consensus:
    """The consensus of the solutions of one question; `reason` says why there is none.

    Strings are solutions and are read first; a ballot or a `records.Solution` brings its answer. `rule`:

    - `majority`: the answer with the most votes. A tie is rejected, or with `reject_ties` false goes to the tied answer
      that was sampled first.
    - `weighted`: the answer with the largest sum of exp(mean token log-probability); agreement still counts votes.
    - `first`: the first solution's answer, without band or least votes.

    Both ends of the band belong to it. Reasons: `no-answer`, `tie`, `few-votes`, `agreement-low`, `agreement-high`, in
    this order. The answer stays on record when a reason other than a tie rejects it, the solution does not. Margin:
    lead over the runner-up as a share of all votes (of all weights if weighted). With `representative` "distinct" up to
    `representatives` solutions stand for the consensus, as unlike each other as can be: `solution` and `others`.

    Raises `DataError` for an unknown rule, or when `weighted` or `likeliest` lacks a log-probability.
    """
    if rule not in RULES or representative not in REPRESENTATIVES:
        raise DataError(f"voting: rule must be one of {RULES} and representative one of {REPRESENTATIVES}")
    ballots = [_ballot(solution) for solution in solutions]
    tally = _Tally(ballots, symbolic)
    if not tally.members:
        return _rejected(question, len(ballots), "no-answer")
    weights = _weights(ballots, rule)
    score = {number: fsum(weights[index] for index in members) for number, members in tally.members.items()}
    if rule == "first":
        if ballots[0].answer is None:
            return _rejected(question, len(ballots), "no-answer")
        leader, tie = 0, False
    else:
        leader = min(score, key=lambda number: (-score[number], tally.members[number][0]))
        tie = sum(value == score[leader] for value in score.values()) > 1
    members = tally.members[leader]
    runner_up = max((value for number, value in score.items() if number != leader), default=0.0)
    agreement = Fraction(len(members), len(ballots))
    reason = None
    if rule != "first":
        band = (rational(min_agreement), rational(max_agreement))
        reason = _reason(tie and reject_ties, len(members), agreement, min_votes, band)
    chosen: list[int] = []
    if reason is None:
        chosen = chosen_of(ballots, members, "first" if rule == "first" else representative, representatives, _logprob)
    return Consensus(
        question=question,
        answer=None if reason == "tie" else tally.answer(leader),
        votes=len(members),
        samples=len(ballots),
        agreement=float(agreement),
        margin=(score[leader] - runner_up) / fsum(weights),
        tie=tie,
        solution=chosen[0] if chosen else None,
        others=chosen[1:],
        reason=reason,
    )


def chosen_among(solutions: Sequence[Solution], members: Sequence[int], voting: Voting) -> list[int]:
    """Which of the solutions at the places `members`, all of one answer, stand for it by `voting.representative`."""
    ballots = [_ballot(solution) for solution in solutions]
    return chosen_of(ballots, members, voting.representative, voting.representatives, _logprob)


class _Tally:
    """The ballots by answer: group number -> indices, groups in the order of their first member."""

    def __init__(self, ballots: Sequence[Ballot], symbolic: bool) -> None:
        self.ballots = ballots
        self.members: dict[int, list[int]] = {}
        for index, number in enumerate(group([ballot.answer for ballot in ballots], symbolic=symbolic)):
            if number is not None:
                self.members.setdefault(number, []).append(index)

    def answer(self, number: int) -> str:
        answers = (self.ballots[index].answer for index in self.members[number])
        return most_common(answer for answer in answers if answer is not None)


def rational(share: float | Fraction) -> Fraction:
    """The share that was written: 0.4 is 2/5, not the nearest binary fraction."""
    return share if isinstance(share, Fraction) else Fraction(str(share))


def _ballot(solution: str | Answer | Ballot | Solution | None) -> Ballot:
    if isinstance(solution, Solution):
        return Ballot(solution.answer, solution.logprob, solution.tokens, solution.text)
    if isinstance(solution, Ballot):
        return (
            Ballot(canonical(solution.answer) or None, solution.logprob, solution.length, solution.text)
            if solution.answer
            else solution
        )
    if isinstance(solution, str):
        answer = extract_answer(solution)
        return Ballot(answer.value if answer else None, None, len(solution), solution)
    return Ballot(solution.value if solution else None)


def _weights(ballots: Sequence[Ballot], rule: str) -> list[float]:
    if rule != "weighted":
        return [1.0] * len(ballots)
    logprobs = [_logprob(ballot, index) for index, ballot in enumerate(ballots)]
    likeliest = max(logprobs, default=0.0)  # relative to it, no weight but a negligible one vanishes
    return [exp(logprob - likeliest) for logprob in logprobs]


def _logprob(ballot: Ballot, index: int) -> float:
    if ballot.logprob is None or not isfinite(ballot.logprob):
        raise DataError(f"voting: solution {index} has no finite log-probability; `weighted` and `likeliest` need one")
    return ballot.logprob


def _reason(tied: bool, votes: int, agreement: Fraction, min_votes: int, band: tuple[Fraction, Fraction]) -> str | None:
    if tied:
        return "tie"
    if votes < min_votes:
        return "few-votes"
    if agreement < band[0]:
        return "agreement-low"
    return "agreement-high" if agreement > band[1] else None


def _rejected(question: str, samples: int, reason: str) -> Consensus:
    return Consensus(
        question=question, answer=None, votes=0, samples=samples, agreement=0.0, margin=0.0, tie=False, solution=None,
        reason=reason,
    )  # fmt: skip
