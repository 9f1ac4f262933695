"""What consensus labels are worth on questions whose true answers are known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from crescent.config.schema import Voting
from crescent.loop.stages.rows import solution_passes, solutions
from crescent.records import Consensus, Solution
from crescent.runs.shards import ShardFolder
from crescent.statistics import mean_score
from crescent.voting.ballots import by_question, decide, unguarded
from crescent.voting.calibration import by_agreement, expected_calibration_error, pass_at_k
from crescent.voting.truth import Judge


@dataclass(frozen=True, slots=True)
class Judged:
    """One question held against its truth. `right`: its first samples, as many as every question has.

    `label` is whether the accepted consensus is right, None where the vote accepted none; `majority` and `agreement`
    are those of the plain majority, of tied answers the one sampled first.
    """

    right: list[bool]
    label: bool | None
    majority: bool
    agreement: Fraction


def worth(answers: Path, truths: Mapping[str, str], config: Voting) -> dict[str, Any]:
    """All figures of an `answers` folder, the solutions and the votes of questions with the given true answers.

    Shares come with their 95 % interval over questions. Adaptive sampling draws more samples of harder questions, so
    what is said of single samples (`single_sample`, `pass_at_k`) uses the first `compared` samples of each alone.
    """
    votes = ShardFolder(answers / "consensus").stream(Consensus)
    consensus = {row.question: row for row in votes if row.samples}  # some may be beyond the budget
    compared = min(row.samples for row in consensus.values())
    judge = Judge(config)
    judged = [
        _judged(rows, consensus[id], truths[id], config, compared, judge)
        for id, rows in by_question(solution_passes(answers))
        if id in consensus
    ]
    matches = Counter(row.match or "none" for row in solutions(answers))
    drawn, without = matches.total(), matches.pop("none", 0)
    agreements, right = [one.agreement for one in judged], [one.majority for one in judged]
    labels = [one.label for one in judged if one.label is not None]
    powers = [2**power for power in range(compared.bit_length()) if 2**power < compared]
    return {
        "questions": len(judged),
        "solutions": drawn,
        "compared": compared,
        "single_sample": share([sum(one.right) / compared for one in judged]),
        "majority": share(right),
        "accepted": share(labels),
        "coverage": len(labels) / len(judged),
        "pass_at_k": {
            str(k): share([pass_at_k(compared, sum(one.right), k) for one in judged]) for k in (*powers, compared)
        },
        "by_agreement": [asdict(one) for one in by_agreement(agreements, right)],
        "calibration_error": expected_calibration_error(agreements, right),
        "no_answer": without / drawn,
        "matches": dict(matches.most_common()),
    }


def share(values: Sequence[float]) -> dict[str, Any]:
    """Mean of values per question, the ends of its 95 % interval over questions, and how many there are."""
    if not values:
        return {"value": None, "low": None, "high": None, "n": 0}
    found = mean_score(values)
    return {"value": found.mean, "low": found.low, "high": found.high, "n": found.n}


def _judged(
    rows: list[Solution], consensus: Consensus, truth: str, config: Voting, compared: int, judge: Judge
) -> Judged:
    majority = decide(consensus.question, rows, replace(unguarded(config), representative="first"))
    accepted = consensus.answer if consensus.reason is None else None
    return Judged(
        right=[judge.right(row.answer, truth) for row in rows[:compared]],
        label=None if accepted is None else judge.right(accepted, truth),
        majority=judge.right(majority.answer, truth),
        agreement=Fraction(majority.votes, majority.samples),
    )
