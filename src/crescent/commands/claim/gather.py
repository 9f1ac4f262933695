"""From the folders of finished runs to the figures of a claim."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from crescent import __version__
from crescent.commands.claim.evidence import add_items, evidence, results
from crescent.commands.claim.figures import (
    BASE,
    ArmRun,
    Average,
    Claim,
    Difference,
    OverSeeds,
    Part,
    RoundFigures,
    Vote,
)
from crescent.commands.claim.headline import shares
from crescent.commands.claim.methods import beside, pairs_of, unlike, unspent
from crescent.config.schema import Config
from crescent.errors import ConfigError, DamagedError
from crescent.evaluation.comparison import compare
from crescent.evaluation.gate import Verdict
from crescent.reporting.completed import SUMMARY, summary_of
from crescent.reporting.report.gathered import DrawnScore, Score
from crescent.reporting.report.summary import Round
from crescent.runs.atomic import file_digest
from crescent.statistics import DIFFERENCE, UNBOUNDED, over_seeds


def gather(config: Config, folder: Path, arms: Mapping[str, Config], runs: Sequence[tuple[str, int, Path]]) -> Claim:
    """The figures of the claim in `folder`. `runs`: arm, seed and folder of every run, all of them finished.

    Raises:
        ConfigError: there is no claim.
        DamagedError: a run has no summary, or its items are not those of the others.
    """
    if config.claim is None:
        raise ConfigError(["stage=claim has nothing to compare: choose claim=controls or another"])
    tasks = config.evaluation.tasks or [config.evaluation.dev_task]
    claim = Claim(
        name=config.name,
        state="complete",
        compare=config.claim.compare,
        tasks=tasks,
        primary_task=tasks[0],
        seeds=sorted({seed for _, seed, _ in runs}),
        arms=config.claim.arms,
        model=config.model.name,
        student=config.student.name if config.student else None,
        runs=[_run(folder, *each) for each in runs],
        differences=[],
        over_seeds=[],
        parts=_parts(arms) if config.claim.compare == "round" else [],
        unequal=[],
        summaries={path.name: file_digest(path / SUMMARY) for _, _, path in runs},
        crescent=__version__,
        evidence=[each for _, _, path in runs for each in evidence(folder, path)],
    )
    if any(run.state != "complete" for run in claim.runs):
        claim.state = "stopped"
    pairs = _compared(claim)
    for seed in claim.seeds:
        claim.differences += _differences(claim, folder, seed, pairs)
        claim.unequal += _unequal(claim, seed)
    budget = config.claim.budget
    if budget.tokens is not None or budget.steps is not None:
        claim.unequal += [*unspent(claim, arms), *unlike(claim), *beside(claim)]
    for task in tasks:
        bounds = DIFFERENCE if shares(claim, task) else UNBOUNDED
        for arm, against in pairs:
            if found := list(claim.by_seed(arm, against, task).values()):
                interval = over_seeds([each.difference for each in found], bounds)
                claim.over_seeds.append(
                    OverSeeds(
                        task=task, arm=arm, against=against,
                        mean=interval.mean, low=interval.low, high=interval.high, n=interval.n,
                    )
                )  # fmt: skip
    add_items(claim, folder)
    return claim


def _run(folder: Path, arm: str, seed: int, path: Path) -> ArmRun:
    summary = summary_of(path)
    if summary is None:
        raise DamagedError(f"{path / SUMMARY} cannot be read. Start the same command again: it is made anew.")
    return ArmRun(
        arm=arm,
        seed=seed,
        folder=path.relative_to(folder).as_posix(),
        state=summary.state,
        note=summary.note,
        base=_values(summary.base.evaluation),
        teacher=_values(summary.teacher.evaluation),
        rounds=[_round(part, part.gate) for part in summary.rounds if part.gate],
        seconds=summary.wall_s,
        votes={task: _vote(found) for task, found in summary.base.draws.items()},
    )


def _round(part: Round, gate: Verdict) -> RoundFigures:
    audit, labelled = part.answers.audit if part.answers else None, part.audit
    labels = labelled.labels.value if labelled and labelled.labels else None
    return RoundFigures(
        round=part.round,
        values=_values(part.evaluation),
        in_force=gate.best_round,
        pairs=part.training.pairs if part.training else None,
        steps=part.training.steps if part.training else None,
        label_accuracy=audit.label_accuracy if audit else labels,
        single_sample_accuracy=audit.single_sample_accuracy
        if audit
        else labelled.single_sample.value
        if labelled
        else None,
        tokens=part.questions.tokens + part.answers.tokens - part.answers.overshoot
        if part.questions and part.answers
        else None,
        proposer_steps=part.proposer.steps if part.proposer else None,
        proposer_tokens=part.proposer.tokens if part.proposer else None,
        more=dict(_more(part)),
        averages={task: average for task, found in part.draws.items() if (average := _average(found))},
    )


def _vote(base: DrawnScore) -> Vote:
    majority, vote = base.majority_at_k[str(base.samples)], base.vote
    return Vote(
        samples=base.samples, average=base.average.value, majority=majority.value,
        difference=vote.difference, low=vote.low, high=vote.high,
    )  # fmt: skip


def _average(found: DrawnScore) -> Average | None:
    if found.against_base is None:
        return None
    gain = found.against_base.average
    return Average(value=found.average.value, difference=gain.difference, low=gain.low, high=gain.high)


def _tokens(part: Round) -> int | None:
    """What was sampled for the round; what went beyond a budget was of no use to it."""
    if part.questions is None or part.answers is None:
        return None
    return part.questions.tokens + part.answers.tokens - part.answers.overshoot


def _more(part: Round) -> Iterator[tuple[str, float]]:
    """What a model is like beyond its scores: of the samples of the dev task, and of the questions it learned from."""
    if (sampled := part.sampling) is not None:
        for name, shares in (("pass", sampled.pass_at_k), ("majority", sampled.majority_at_k)):
            yield from ((f"{name}@{k}", share.value) for k, share in shares.items())
        yield "length", sampled.mean_tokens
    if part.questions is not None:
        yield "questions", part.questions.diversity.variety


def _values(scores: Mapping[str, Score]) -> dict[str, float]:
    return {task: score.value for task, score in scores.items()}


def _parts(arms: Mapping[str, Config]) -> list[Part]:
    """What a gain is made of, where the arms are the method and both controls."""
    by_pairs = {config.training.pairs: name for name, config in arms.items()}
    method, unvoted, shuffled = (by_pairs.get(pairs) for pairs in ("consensus", "unvoted", "shuffled"))
    if not method or not unvoted or not shuffled or len(arms) > len(by_pairs) or method != next(iter(arms)):
        return []
    return [
        Part(name="consensus", arm=method, against=unvoted),
        Part(name="plain self-training", arm=unvoted, against=shuffled),
        Part(name="format", arm=shuffled, against=BASE),
    ]


def _compared(claim: Claim) -> list[tuple[str, str]]:
    """Which arm is compared with what: each with the base, the claimed one with each, and what the parts need."""
    others = [arm for arm in claim.arms if arm != claim.claimed]
    pairs = [(arm, BASE) for arm in claim.arms] + [(claim.claimed, arm) for arm in others]
    if not claim.parts:
        pairs += pairs_of(claim)  # for a ranking
    return list(dict.fromkeys([*pairs, *((part.arm, part.against) for part in claim.parts)]))


def _differences(claim: Claim, folder: Path, seed: int, pairs: Sequence[tuple[str, str]]) -> Iterator[Difference]:
    measured = {name: results(claim, folder, seed, name) for name in (*claim.arms, BASE)}
    for task in claim.tasks:
        for arm, against in pairs:
            if task in measured[arm] and task in measured[against]:
                found = compare(measured[arm][task], measured[against][task])
                yield Difference(
                    task=task, arm=arm, against=against, seed=seed, round=claim.number(arm, seed),
                    **{name: found[name] for name in FIGURES},
                )  # fmt: skip


FIGURES = ("difference", "low", "high", "newly_right", "newly_wrong", "mcnemar_p")


def _unequal(claim: Claim, seed: int) -> Iterator[str]:
    """Sentences about arms that learned from another number of pairs, or in another number of steps."""
    number = {arm: claim.number(arm, seed) for arm in claim.arms}
    found = {arm: claim.run(arm, seed).figures(number[arm]) for arm in claim.arms}
    ours = found[claim.claimed]
    for arm, theirs in found.items():
        if theirs is None:
            yield f"Seed {seed}: {arm} has no model of round {number[arm]} to compare."
        elif ours is not None and claim.compare == "round" and (theirs.pairs, theirs.steps) != (ours.pairs, ours.steps):
            yield (
                f"Seed {seed}: {arm} learned from {theirs.pairs} pairs in {theirs.steps} steps, "
                f"{claim.claimed} from {ours.pairs} in {ours.steps}."
            )
