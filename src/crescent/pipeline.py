"""The whole loop: rounds of questions, answers, dataset, training, evaluation, gate.

Torch is imported by the stages, so an old folder with another configuration, or a run that is already complete, is
told before that.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.run.atomic import file_digest
from crescent.run.folder import Run, opened

if TYPE_CHECKING:
    from crescent.run.manifest import Manifest
    from crescent.stages.context import Context


def start(config: Config, folder: Path) -> int:
    """Run `config` in `folder`, or go on where it stood. Returns the exit code; the outcome is in the folder.

    Raises:
        ConfigError: a benchmark or a dedup setting cannot work.
        RunFolderError, DamagedError: the folder is in use, of another configuration, or damaged.
    """
    if config.stage == "vote":
        from crescent.revote import revote

        return revote(config, folder)
    if config.stage == "audit":
        from crescent.auditing import audit

        return audit(config, folder)
    from crescent.checks import check
    from crescent.completed import completed, show

    check(config)
    with opened(folder, config) as run:
        if (summary := completed(run)) is not None:
            print(f"This run is complete: {folder}")
            show(summary, folder)
            return 0
        return _work(run)


def _work(run: Run) -> int:
    from crescent.completed import SUMMARY, outcomes, show
    from crescent.environment import prepare
    from crescent.summary.gather import conclude

    context = prepare(run)
    with run.working():
        try:
            note, code = rounds(context), 0
        except StageError as error:
            note, code = str(error), 1
    summary = conclude(context, note, stopped=code != 0)
    digest = file_digest(run.path / SUMMARY)
    run.status(summary["state"], note=note, summary=digest, stages=outcomes(run.manifests()))
    show(summary, run.path)
    return code


def rounds(context: "Context") -> str | None:
    """The loop. Returns a sentence when it ended before the last round, None otherwise.

    Every stage finds out by itself whether it is finished, so this function reads the same on a first start, after a
    kill, and with more rounds.
    """
    from crescent.stages import answers, benchmark, dataset, finetune, gate, questions

    config = context.config
    best = context.base
    base = benchmark.run(context, "base", best) if config.evaluation.base else None
    verdicts = gate.Verdicts(context, base)
    asked: list[Manifest] = []
    taught: list[Manifest] = []
    for number in range(1, config.rounds + 1):
        asked.append(questions.run(context, number, best, asked))
        voted = answers.run(context, f"round-{number:02d}", best, asked[-1])
        taught.append(dataset.run(context, number, asked[-1], voted, taught))
        begin = context.base if config.training.start_from == "base" else best
        training = finetune.run(context, number, begin, taught[-1])
        student = finetune.trained(context, number, training)
        measured = benchmark.run(context, f"round-{number:02d}", student) if student else None
        verdict = verdicts.next(number, training, measured, asked[-1], voted)
        if student is not None and verdict.best_round == number:
            best = student
        if verdict.stop:
            return verdict.stop
    return None
