"""The whole loop: rounds of questions, answers, dataset, training, evaluation, gate.

Torch is imported by the stages, here or in processes of their own (`execution/`), so an old folder with another
configuration, or a run that is already complete, is told before that.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.run.atomic import file_digest
from crescent.run.folder import Run, opened

if TYPE_CHECKING:
    from crescent.loop.stages.context import Context
    from crescent.run.manifest import Manifest


def start(config: Config, folder: Path) -> int:
    """Run `config` in `folder`, or go on where it stood. Returns the exit code; the outcome is in the folder.

    Raises:
        ConfigError: a benchmark or a dedup setting cannot work.
        RunFolderError, DamagedError: the folder is in use, of another configuration, or damaged.
    """
    if config.plan.enabled:
        from crescent.commands.plan import plan

        return plan(config, folder)
    if config.stage == "export":
        from crescent.commands.export.command import export

        return export(config, folder)
    if config.stage == "vote":
        from crescent.commands.vote import revote

        return revote(config, folder)
    if config.stage == "audit":
        from crescent.commands.audit import audit

        return audit(config, folder)
    from crescent.commands.checks import check, check_backend, check_models
    from crescent.reporting.completed import completed, is_complete, show
    from crescent.reporting.tracking.session import tracked

    check(config)
    if not is_complete(folder):
        check_models(config)
        check_backend(config)
    with opened(folder, config) as run, tracked(folder, config):
        if (summary := completed(run)) is not None:
            print(f"This run is complete: {folder}")
            show(summary, folder)
            return 0
        return _work(run)


def _work(run: Run) -> int:
    from crescent.loop.environment import prepare
    from crescent.plan.estimate import expect
    from crescent.reporting.completed import SUMMARY, outcomes, show
    from crescent.reporting.summary.gather import conclude

    expect(run.config, run.path)
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
    kill, and with more rounds. In a distillation the teacher stays what it is: a further round is more questions of
    the same teacher, and the best student never writes any.
    """
    from crescent.loop.execution.executor import executor
    from crescent.loop.stages.gate import Verdicts
    from crescent.loop.stages.trained import trained_model

    config, execute = context.config, executor(context)
    student = best = context.student or context.base
    base = execute("evaluation", "base", student) if config.evaluation.base else None
    if base is not None and config.evaluation.samples is not None:
        execute("samples", "base", student, base)
    if context.student is not None and config.evaluation.base:
        execute("evaluation", "teacher", context.base)
    verdicts = Verdicts(context, base)
    asked: list[Manifest] = []
    taught: list[Manifest] = []
    for number in range(1, config.rounds + 1):
        teacher = best if context.student is None else context.base
        asked.append(execute("questions", number, teacher, asked))
        voted = execute("answers", f"round-{number:02d}", teacher, asked[-1])
        taught.append(execute("dataset", number, asked[-1], voted, taught))
        begin = student if config.training.start_from == "base" else best
        replayed = execute("replay", number, begin, taught[-1]) if config.training.replay.share else None
        training = execute("training", number, begin, taught[-1], replayed)
        trained = trained_model(context, number, training)
        measured = execute("evaluation", f"round-{number:02d}", trained) if trained else None
        if trained is not None and measured is not None and config.evaluation.samples is not None:
            execute("samples", f"round-{number:02d}", trained, measured)
        verdict = verdicts.next(number, training, measured, asked[-1], voted)
        if trained is not None and verdict.best_round == number:
            best = trained
        if verdict.stop:
            return verdict.stop
    return None
