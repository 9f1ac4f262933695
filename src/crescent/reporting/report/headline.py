"""What came out of a run, in sentences, and what the run cannot tell."""

from crescent.loop.stages.table import ROUND
from crescent.reporting.report import numbers, sampling
from crescent.reporting.report.funnel import unaccounted
from crescent.reporting.report.gathered import Comparison, Score
from crescent.reporting.report.summary import Round, Summary

PARTS = {kind.name: kind.title for kind in ROUND if kind.when is None} | {"gate": "the gate"}


def sentences(summary: Summary) -> list[str]:
    """The headline, then at most a few sentences that belong to it."""
    tasks = summary.measured_tasks()
    task = summary.primary_task if summary.primary_task in tasks else next(iter(tasks), "")
    measured = [(part, part.evaluation[task]) for part in summary.rounds if _has_value(part.evaluation.get(task))]
    base = summary.base.evaluation.get(task)
    sentences: list[str] = []
    if not measured:
        sentences.append(_before_any_round(task, base, summary.state))
    else:
        sentences += _after_rounds(summary, task, base, measured)
    sentences += _distilled(summary, task)
    if summary.state == "running":
        sentences.append("The run is still going; these are the figures so far.")
    elif summary.state == "stopped":
        sentences.append(
            f"The run ended early: {summary.note.rstrip('.')}." if summary.note else "The run ended early."
        )
    elif summary.note:
        sentences.append(summary.note)
    return sentences


def _distilled(summary: Summary, task: str) -> list[str]:
    """Who taught whom, where a student learned from another model."""
    score = summary.teacher.evaluation.get(task)
    if score is None:
        return []
    names = (summary.option("student.name") or "the student", summary.option("model.name") or "the teacher")
    value = numbers.score(score.value, share_task(summary, task))
    return [f"The student {names[0]} learned from {names[1]}, which stands at {value} itself."]


def share_task(summary: Summary, task: str) -> bool:
    """Whether the scores of a task are fractions of 1, over all models of the run."""
    return numbers.is_share(score.value for _, score in summary.scores(task))


def kept_round(summary: Summary) -> int | None:
    """The round whose model the run keeps, 0 for the base model, None where no gate has spoken."""
    if summary.best_round is not None:
        return summary.best_round
    gates = [(part.round, part.gate) for part in summary.rounds if part.gate]
    return max((number for number, gate in gates if gate.accepted), default=0) if gates else None


def unknowns(summary: Summary) -> list[str]:
    """What this run cannot tell, one sentence each."""
    found = []
    if not any(_has_value(score) for score in summary.base.evaluation.values()):
        found.append("The base model was not measured, so no gain over it can be stated.")
    for part in summary.rounds:
        found += [f"Round {part.round}: {sentence}" for sentence in _round_unknowns(part)]
    if unchecked := [str(p.round) for p in summary.rounds if p.dataset and p.dataset.contamination is None]:
        rounds = f"round{'s' if len(unchecked) > 1 else ''} {_list(unchecked)}"
        found.append(f"Whether training questions are close to benchmark questions was not checked ({rounds}).")
    if (limit := summary.option("evaluation.limit")) is not None:
        found.append(f"The benchmark looked at no more than {limit} items per task (evaluation.limit).")
    if not summary.cost:
        found.append("What the stages cost is not known.")
    found.append(
        f"This is one run with one seed ({summary.seed}). The intervals say how "
        "much another draw of benchmark items could change a score, not how much another seed could."
    )
    return found


def _round_unknowns(part: Round) -> list[str]:
    found = []
    missing = [words for name, words in PARTS.items() if not getattr(part, name)]
    if missing:
        found.append(f"nothing is known of {_list(missing)}.")
    if part.training and part.training.state != "finished":
        found.append(f"the training did not finish ({part.training.state}).")
    if part.answers and part.answers.audit is None and part.audit is None:
        found.append("whether the consensus answers are right is not known; nothing outside the model was asked.")
    elif part.answers and part.answers.audit and part.answers.audit.unknown:
        answers = numbers.plural(part.answers.audit.unknown, "accepted answer")
        found.append(f"{answers} could not be checked; label accuracy is over the others.")
    if part.answers and part.answers.comparisons_given_up:
        given_up = numbers.plural(part.answers.comparisons_given_up, "comparison")
        found.append(
            f"in the vote, {given_up} of formulas came to a limit of time or size: taken as different answers."
        )
    found += [f"{words}: {numbers.count(rest)} not accounted for." for words, rest in unaccounted(part)]
    return found


def _has_value(score: Score | None) -> bool:
    return score is not None and numbers.finite(score.value)


def _before_any_round(task: str, base: Score | None, state: str) -> str:
    yet = " yet" if state == "running" else ""
    if base is None or not _has_value(base):
        return f"Nothing has been measured{yet}."
    value = numbers.score(base.value, numbers.is_share([base.value]))
    return f"The base model stands at {value} on {task}; no round has been measured{yet}."


def _after_rounds(summary: Summary, task: str, base: Score | None, measured: list[tuple[Round, Score]]) -> list[str]:
    share = share_task(summary, task)
    best = kept_round(summary)
    chosen = next((pair for pair in measured if pair[0].round == best), None)
    if best == 0:
        return _none_kept(task, base, measured, share)
    part, score = chosen or measured[-1]
    change = score.against_base
    value = numbers.score(score.value, share)
    gated = summary.option("evaluation.gate.enabled") is not False
    if chosen is None:
        ending = f"after round {part.round}, on which the gate has not decided"
    elif gated:
        ending = f"after round {part.round}, which the gate accepted"
    else:
        ending = f"after round {part.round}, kept without a gate"
    if base is None or not _has_value(base):
        first = f"{task} reached {value} {ending}; the base model was not measured."
    else:
        start = numbers.score(base.value, share)
        samples = sampling.beside_greedy(summary, part.sampling)
        greedy, beside = ("with greedy decoding ", f"; {samples}") if samples else ("", "")
        moved = f"{_verb(change)} from {start} to {value} {greedy}{_change(change, share)}"
        first = f"{task} {moved}{ending}{_doubt(change)}{beside}."
    unlike = sampling.disagreement(change, part.sampling)
    said = [*([unlike] if unlike else []), *_vote_alone(summary, task, part)]
    return [first, *said, *_rejected_later(summary, part.round, chosen is not None)]


def _vote_alone(summary: Summary, task: str, part: Round) -> list[str]:
    """What the base model's majority gives without training, beside what one sampled reply has come to."""
    base, now = summary.base.draws.get(task), part.draws.get(task)
    if base is None or now is None:
        return []
    start, alone = base.average.value, base.majority_at_k[str(base.samples)].value
    return [
        f"Of sampled replies to {task} {numbers.percent(start)} were right, {numbers.percent(now.average.value)} are "
        f"now; the majority of {base.samples} of the base model is right in {numbers.percent(alone)}, with no training."
    ]


def _none_kept(task: str, base: Score | None, measured: list[tuple[Round, Score]], share: bool) -> list[str]:
    which = "the only round" if len(measured) == 1 else f"all {len(measured)} rounds"
    at = f", which stands at {numbers.score(base.value, share)} on {task}" if base and _has_value(base) else ""
    part, score = max(measured, key=lambda pair: pair[1].value or 0.0)
    reached = f"{task} after round {part.round}: {numbers.score(score.value, share)}"
    change = _change(score.against_base, share).rstrip()
    best = "" if len(measured) == 1 else ", the best of them"
    return [
        f"No gain: the gate rejected {which} and the run stays with the base model{at}.",
        f"{reached} {change}{best}.",
    ]


def _rejected_later(summary: Summary, kept: int, decided: bool) -> list[str]:
    later = [p.round for p in summary.rounds if p.round > kept and p.gate and p.gate.accepted is False]
    if not later or not decided:
        return []
    rounds = f"Round {later[0]} was" if len(later) == 1 else f"Rounds {_list([str(number) for number in later])} were"
    return [f"{rounds} rolled back: the model of round {kept} stays."]


def _verb(change: Comparison | None) -> str:
    if change is None or change.low is None or change.high is None:
        return "went"
    return "rose" if change.low > 0 else "fell" if change.high < 0 else "went"


def _doubt(change: Comparison | None) -> str:
    if change is None or change.low is None or change.high is None:
        return ""
    return "; the interval includes zero, so this is no clear change" if change.low <= 0 <= change.high else ""


def _change(change: Comparison | None, share: bool) -> str:
    if change is None:
        return ""
    unit = " points" if share else ""
    bounds = numbers.interval(change.low, change.high, share)
    interval = "" if bounds == numbers.UNKNOWN else f", 95\N{NO-BREAK SPACE}% interval {bounds}"
    return f"({numbers.difference(change.difference, share)}{unit}{interval}) "


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
