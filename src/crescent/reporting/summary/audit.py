"""How right the consensus labels are, where the truth is known. For the report alone: no stage imports this file."""

from collections import Counter
from collections.abc import Callable

from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.records import Consensus, Question
from crescent.reporting.report.gathered import AgreementBin, Audit
from crescent.runs.names import round_folder
from crescent.runs.shards import ShardFolder
from crescent.voting.truth import Judge


def truth(source: str) -> Callable[[str], str | None]:
    """A function that answers a question if it can. `source` as in `evaluation.audit`."""
    if source == "none":
        return lambda text: None
    from crescent.nano.solver import solve

    def known(text: str) -> str | None:
        number = solve(text)
        return None if number is None else str(number)

    return known


def audit(context: Context, number: int) -> tuple[list[AgreementBin], Audit | None]:
    """Histogram of agreement, with what is known of the labels, and the accuracy of labels and of single samples.

    `label_accuracy`: accepted consensus answers that are right, of those with a known truth. `single_sample_accuracy`:
    solutions that are right, of all solutions of questions with a known truth.
    """
    folder = context.run.path / round_folder(number)
    answer, judge = truth(context.config.evaluation.audit), Judge(context.config.voting)
    known = {q.id: answer(q.text) for q in ShardFolder(folder / "questions" / "accepted").stream(Question)}
    bins: dict[tuple[int, int], Counter[str]] = {}
    labels: Counter[str] = Counter()
    for row in ShardFolder(folder / "answers" / "consensus").stream(Consensus):
        expected = known[row.question]
        right = None if expected is None else judge.right(row.answer, expected)
        count = bins.setdefault((row.votes, row.samples), Counter())
        count["questions"] += 1
        count["known"] += right is not None
        count["correct"] += right is True
        if row.reason is None:
            labels["unknown" if right is None else "right" if right else "wrong"] += 1
    histogram = [
        AgreementBin(votes=votes, samples=samples, **{name: c[name] for name in ("questions", "known", "correct")})
        for (votes, samples), c in sorted(bins.items())
    ]
    if context.config.evaluation.audit == "none":
        return histogram, None
    singles: Counter[bool] = Counter()
    for solution in solutions(folder / "answers"):
        expected = known[solution.question]
        if expected is not None:
            singles[judge.right(solution.answer, expected)] += 1
    judged = labels["right"] + labels["wrong"]
    return histogram, Audit(
        known=judged,
        unknown=labels["unknown"],
        label_accuracy=labels["right"] / judged if judged else None,
        single_sample_accuracy=singles[True] / singles.total() if singles else None,
    )
