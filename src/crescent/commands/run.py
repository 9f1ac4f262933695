"""A run from its start to its summary: everything that stands around the loop.

Torch is imported by the stages, here or in processes of their own (`loop/execution/`), so an old folder with another
configuration, or a run that is already complete, is noticed before that.
"""

import sys
from pathlib import Path

from crescent.commands.checks import check, check_backend, check_models
from crescent.config.schema import Config
from crescent.console.progress import Reporter
from crescent.errors import StageError
from crescent.loop.overlap import check_labelled
from crescent.loop.stages.stored import check_source, check_writer
from crescent.reporting.completed import SUMMARY, completed, content_digests, is_complete, mend_page, show
from crescent.reporting.tracking.session import tracked
from crescent.runs.atomic import file_digest
from crescent.runs.failures import keep
from crescent.runs.folder import Run, opened


def start(config: Config, folder: Path) -> int:
    """Run `config` in `folder`, or go on where it stood. Returns the exit code; the outcome is in the folder.

    Raises:
        ConfigError: a benchmark or a dedup setting cannot work.
        RunFolderError, DamagedError: the folder is in use, of another configuration, or damaged.
    """
    check(config)
    if not is_complete(folder):
        check_source(config, folder)
        check_backend(config)
        _say_what_comes(config, folder)
        check_labelled(config)
        check_models(config)
    with opened(folder, config) as run, tracked(folder, config):
        if (summary := completed(run)) is not None:
            mend_page(summary, folder)
            print(f"This run is complete: {folder}")
            show(summary, folder)
            return 0
        return _work(run)


def _say_what_comes(config: Config, folder: Path) -> None:
    """A line at once: what follows takes seconds, or much longer where a model is large or has to be fetched."""
    models = " and ".join(each.path for each in (config.model, config.student) if each is not None)
    Reporter().say(f"{folder}: loading PyTorch and {models}")


def _work(run: Run) -> int:
    from crescent.loop.environment import prepare
    from crescent.loop.execution.executor import executor
    from crescent.loop.pipeline import rounds
    from crescent.plan.estimate import expect
    from crescent.reporting.so_far import page_if_cut_short, with_page_as_it_goes
    from crescent.reporting.summary.gather import conclude

    expect(run.config, run.path)
    context = prepare(run)
    check_writer(context)
    kept = None
    with page_if_cut_short(context), run.working():  # the status first: there may be little time
        try:
            note, code = rounds(context, with_page_as_it_goes(executor(context), context)), 0
        except StageError as error:
            note, code = str(error), 1
            kept = keep(error, run.path, run.config.backend.key_variable)
    summary = conclude(context, note, stopped=code != 0)
    digest = file_digest(run.path / SUMMARY)
    run.status(summary.state, note=note, summary=digest, stages=content_digests(run.manifests()))
    show(summary, run.path)
    if kept is not None:
        print(f"Details: {kept}", file=sys.stderr)
    return code
