"""The command `python -m crescent report FOLDER`: the page of a run, whatever state it is in."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from crescent.commands.given import stored_run
from crescent.commands.status.runs import RunState, inspect
from crescent.errors import ConfigError, DataError
from crescent.reporting.completed import REPORT, is_complete, summary_of
from crescent.runs.folder import Run


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"report: {message}; see python -m crescent report --help"])


def report(arguments: Sequence[str]) -> int:
    """Write `report.html` of the run and say where it is. Returns the exit code.

    The run may be at work: its folder is only read, but for the page, which is replaced as a whole.

    Raises:
        ConfigError: an option is not known.
        DataError: the folder holds no run, or a claim.
        DamagedError: a file of a finished stage cannot be read.
    """
    parser = _Parser(
        prog="python -m crescent report",
        description="Writes report.html of a run from what its folder holds: of one at work, interrupted, failed or "
        "complete. Loads no model; a run that is at work is not disturbed.",
        epilog="example: python -m crescent report outputs/nano-seed1",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the run's folder")
    folder = parser.parse_args(arguments).folder
    config = stored_run(folder)
    state = inspect(folder)
    if config.stage == "claim":
        raise DataError(f"{folder}: this is a claim. Its page is claim.html; report takes one of the runs below it.")
    _write(Run(folder, config), state)
    print(f"{state.state}{f', {state.progress}' if state.progress else ''}\nReport: {folder / REPORT}")
    return 0


def _write(run: Run, state: RunState) -> None:
    from crescent.loop.environment import looking_on
    from crescent.reporting.report.page import write
    from crescent.reporting.so_far import INTERRUPTED, write_page

    if is_complete(run.path) and (summary := summary_of(run.path)) is not None:
        write(summary, run.path / REPORT)
        return
    notes = {"running": None, "interrupted": INTERRUPTED}
    write_page(looking_on(run), notes.get(state.state, state.reason or state.state))
