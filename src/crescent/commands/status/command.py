"""The command `python -m crescent status [--page] FOLDER ...`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from crescent.commands.status.runs import RunState, find_runs
from crescent.errors import ConfigError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"status: {message}; see python -m crescent status --help"])


def status(arguments: Sequence[str]) -> int:
    """Print the table of the runs, or write their page; returns the exit code.

    Raises:
        ConfigError: an option is not known.
        DataError: a folder holds no run.
    """
    parser = _Parser(prog="python -m crescent status", description="How runs stand, read from their folders alone.")
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("outputs")], metavar="FOLDER",
                        help="a run's folder, one with run folders in it (default: outputs), or that of a sweep "
                        "on Slurm")  # fmt: skip
    parser.add_argument("--page", action="store_true", help="also write sweep.html: the runs side by side")
    options = parser.parse_args(arguments)
    runs = find_runs(options.folders)
    from crescent.commands.status.table import print_runs

    print_runs(runs)
    if options.page:
        _write_page(runs, options.folders[0])
    return 0


def _write_page(runs: list[RunState], folder: Path) -> None:
    from crescent.commands.status.page import PAGE, write

    write(runs, folder / PAGE)
    print(f"Page: {folder / PAGE}")
