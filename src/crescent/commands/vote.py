"""`stage=vote`: other rules of voting on the solutions that a run has already sampled, in seconds and without a model.

The run itself stays as it is, and may be running: what comes out is written to its folder `revotes/`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.effects import is_rule
from crescent.config.schema import Config, Voting
from crescent.config.slots import USE
from crescent.errors import RunFolderError
from crescent.loop.stages.rows import solution_passes, view_passes
from crescent.loop.stages.stored import read_again
from crescent.records import Consensus, Question
from crescent.reporting.report.numbers import count, percent, plain, plural
from crescent.reporting.summary.audit import truth
from crescent.reporting.tracking.session import tracked
from crescent.runs import rows
from crescent.runs.atomic import digest, publish
from crescent.runs.folder import differences, stored_config, write_json
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import ROUNDS, in_order
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import by_question
from crescent.voting.grouping import group
from crescent.voting.labels.label import Label, label_of
from crescent.voting.truth import Judge

FOLDER = "revotes"


def revote(config: Config, folder: Path) -> int:
    """Vote again on every sampled round of the run in `folder`, print what changes and write it beside the run.

    `revotes/DIGEST.json` has settings and figures, `revotes/DIGEST/round-XX.jsonl` the consensus rows.

    Raises:
        RunFolderError: no run, no solutions yet, or settings that differ in more than the rules of voting.
    """
    stored, changed = _compared(config, folder)
    rounds = [path.parent.parent for path in sorted(folder.glob(f"{ROUNDS}/answers/{MANIFEST}"), key=in_order)]
    if not rounds:
        raise RunFolderError(f"{folder}: no round has all its solutions yet, so there is nothing to vote on.")
    label = _rule_for(config, stored, folder)
    settings = asdict(config.voting)
    decided = msgspec.json.encode([config.label, settings], order="sorted")
    place = folder / FOLDER / digest(decided)[:10]
    reread = config.voting.marker if config.voting.marker != stored["voting"]["marker"] else None
    figures, judge = {}, Judge(config.voting)
    print("; ".join(changed) or "the run's own rules of voting")
    for path in rounds:
        outcome, unsettled = _vote(path / "answers", label, config.voting, reread)
        publish(place / f"{path.name}.jsonl", rows.to_lines(outcome))
        known = {q.id: q.text for q in ShardFolder(path / "questions" / "accepted").stream(Question)}
        answer = truth(stored["evaluation"]["audit"])
        truths = {id: answer(text) for id, text in known.items()}
        before = ShardFolder(path / "answers" / "consensus").stream(Consensus)
        figures[path.name] = {
            "before": _figures(before, truths, judge),
            "now": _figures(outcome, truths, judge),
        }
        figures[path.name]["now"]["unsettled"] = unsettled
        print("\n".join(_lines(path.name, **figures[path.name])))
    write_json(
        place.with_suffix(".json"), {"changed": changed, "label": config.label, "voting": settings, "rounds": figures}
    )
    with tracked(folder, config, vote=place.with_suffix(".json")):
        pass  # all there is to follow is there
    print(f"Written: {place.with_suffix('.json')}, and the rows in {place.name}/ beside it")
    return 0


def _compared(config: Config, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """The run's own configuration, and in words which rules of voting differ from it."""
    stored = stored_config(folder)
    if stored is None:
        raise RunFolderError(
            f"{folder}: there is no run to vote on. Repeat the run's own command, or name its folder: 'run_dir=\"...\"'"
        )
    changed = differences(stored, asdict(config))
    voting = {key: text for key, text in changed.items() if key.partition(".")[0] in ("voting", "label")}
    sampled = [text for key, text in voting.items() if not is_rule(key)]
    foreign = [text for key, text in changed.items() if key not in voting]
    problems = [f"that needs new samples ({'; '.join(sampled)})"] if sampled else []
    problems += [f"that is not about voting ({'; '.join(foreign)})"] if foreign else []
    if problems:
        raise RunFolderError(
            f"{folder}: stage=vote changes nothing {', nor anything '.join(problems)}. "
            "Give the run's own settings; only the rules of voting may differ."
        )
    return stored, list(changed.values())


def _rule_for(config: Config, stored: dict[str, Any], folder: Path) -> Label:
    """The label rule. Raises RunFolderError where it needs samples that the run has not drawn."""
    label = label_of(config)
    needs = label.needs()
    if (needs.rewording or needs.voters) and config.label != stored["label"]:
        raise RunFolderError(
            f"{folder}: label={config.label[USE]} needs samples of its own, which this run has not drawn. Start a run "
            f"from it: from_run={folder} label={config.label[USE]} name=..."
        )
    return label


def _vote(answers: Path, label: Label, config: Voting, marker: str | None) -> tuple[list[Consensus], int]:
    """The outcome of every question, and how many of them the samples that adaptive sampling saved could change.

    With `marker` the answers are read from the solutions again.
    """
    outcome, unsettled, needs = [], 0, label.needs()
    views = view_passes(answers) if needs.rewording else []
    for question, stored in by_question([*solution_passes(answers), *views]):
        solutions = stored if marker is None else [read_again(solution, marker) for solution in stored]
        own = [solution for solution in solutions if solution.sample < config.samples]
        outcome.append(label.decide(question, solutions if needs.voters or needs.rewording else own, config))
        if len(own) < config.samples:
            answered = group([solution.answer for solution in own], symbolic=config.symbolic)
            unsettled += not label.settled(answered, config)
    return outcome, unsettled


def _figures(outcome: Iterable[Consensus], truths: dict[str, str | None], judge: Judge) -> dict[str, Any]:
    """`label_accuracy`: accepted answers that are right, of the `known` ones whose truth is known."""
    drops: Counter[str] = Counter()
    labels: list[bool] = []
    questions = 0
    for row in outcome:
        questions += 1
        if row.reason is not None:
            drops[row.reason] += 1
        elif (truth_of := truths[row.question]) is not None:
            labels.append(judge.right(row.answer, truth_of))
    return {
        "questions": questions,
        "accepted": questions - drops.total(),
        "drops": dict(sorted(drops.items())),
        "known": len(labels),
        "label_accuracy": sum(labels) / len(labels) if labels else None,
    }


def _lines(name: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    yield f"{name}: {plural(now['questions'], 'question')}"
    yield f"  {'accepted':<16}{count(before['accepted']):>8} -> {count(now['accepted'])}"
    for reason in sorted(before["drops"].keys() | now["drops"].keys()):
        yield f"  {reason:<16}{count(before['drops'].get(reason, 0)):>8} -> {count(now['drops'].get(reason, 0))}"
    if before["known"] or now["known"]:
        yield f"  {'label accuracy':<16}{_accuracy(before):>8} -> {_accuracy(now)}"
    if now["unsettled"]:
        yield f"  {plural(now['unsettled'], 'outcome')} could change with the samples that adaptive sampling saved"


def _accuracy(figures: dict[str, Any]) -> str:
    return (
        f"{plain(percent(figures['label_accuracy']))} of {count(figures['known'])}" if figures["known"] else "unknown"
    )
