"""The command `python -m crescent status [--page | --claims [--html FILE]] FOLDER ...`."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from crescent.commands.status.runs import RunState, find_runs
from crescent.errors import ConfigError
from crescent.reporting.report import numbers
from crescent.reporting.report.untrusted import cut

STYLES = {"running": "cyan", "complete": "green", "failed": "red", "interrupted": "yellow", "stopped": "yellow",
          "unreadable": "red"}  # fmt: skip
COLUMNS = ("run", "state", "stage", "progress", "figures")
FIGURES = 2
"""Benchmarks whose figures the table shows of a run; the page has all."""
LONGEST = 300
WIDEST = 1000
"""Columns that a table may ask for."""


def print_runs(runs: Sequence[RunState], console: Console | None = None) -> None:
    """Print the runs: a drawn table on a terminal, one line per run with tabs between elsewhere.

    On a terminal that is too narrow for the table each run is a few lines: its name is never cut.
    """
    console = console or Console(highlight=False)
    rows = [_cells(run) for run in runs]
    plain = not console.is_terminal
    if not plain:
        table = Table(*COLUMNS, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for run, row in zip(runs, rows, strict=True):
            table.add_row(*map(Text, row), style=STYLES.get(run.state, ""))
        if Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum <= console.width:
            console.print(table)
        else:
            for run, (name, *cells, figures) in zip(runs, rows, strict=True):
                lines = [", ".join(filter(None, cells)), *([figures] if figures else [])]
                text = "\n".join([name, *(f"  {line}" for line in lines)])
                console.print(Text(text, style=STYLES.get(run.state, "")), soft_wrap=True)
    else:
        for row in (COLUMNS, *rows):
            print(*row, sep="\t", file=console.file)  # which would make spaces of the tabs
    for run in runs:
        if run.reason and run.state in ("failed", "stopped", "unreadable"):
            console.print(cut(f"{run.folder.name}: {run.reason}", LONGEST), markup=False, soft_wrap=plain)
    console.print(_summary(runs), markup=False, soft_wrap=plain)


def _cells(run: RunState) -> tuple[str, ...]:
    name = f"{run.folder.name} (job {run.job})" if run.job else run.folder.name
    figures = [f"{task} {_figure(*values)}" for task, values in list(run.figures.items())[:FIGURES]]
    kept = f"{run.kept}: " if run.kept else ""
    return name, run.state, run.stage, run.progress, kept + ", ".join(figures)


def _figure(before: float | None, now: float) -> str:
    share = numbers.is_share([before, now])
    shown = numbers.plain(numbers.score(now, share))
    return shown if before in (None, now) else f"{numbers.plain(numbers.score(before, share))} -> {shown}"


def _summary(runs: Sequence[RunState]) -> str:
    states = ", ".join(f"{count} {state}" for state, count in Counter(run.state for run in runs).items())
    resumable = sum(run.resumable for run in runs)
    hint = f"; the same command goes on with the {resumable} that can be resumed" if resumable else ""
    return f"{numbers.plural(len(runs), 'run')}: {states}{hint}"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"status: {message}; see python -m crescent status --help"])


def status(arguments: Sequence[str]) -> int:
    """Print the table of the runs, or write their page; returns the exit code.

    Raises:
        ConfigError: an option is not known.
        DataError: a folder holds no run, or no claim where claims are asked for.
    """
    parser = _Parser(prog="python -m crescent status", description="How runs stand, read from their folders alone.")
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("outputs")], metavar="FOLDER",
                        help="a run's folder, one with run folders in it (default: outputs), or that of a sweep "
                        "on Slurm")  # fmt: skip
    parser.add_argument("--page", action="store_true", help="also write sweep.html: the runs side by side")
    parser.add_argument("--claims", action="store_true", help="the claims in the folders, a row per arm and model")
    parser.add_argument("--html", type=Path, metavar="FILE", help="with --claims: also write them to a page")
    options = parser.parse_args(arguments)
    if options.html is not None and not options.claims:
        raise ConfigError(["status: --html goes with --claims; --page writes the page of runs"])
    if options.claims:
        _show_claims(options.folders, options.html)
        return 0
    runs = find_runs(options.folders)
    print_runs(runs)
    if options.page:
        _write_page(runs, options.folders[0])
    return 0


def _show_claims(folders: Sequence[Path], page: Path | None) -> None:
    from crescent.commands.status.claims import COLUMNS, leaderboard, lines, notes, write

    board, console = leaderboard(folders), Console(highlight=False)
    if console.is_terminal:
        table = Table(*COLUMNS, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for row in board.rows:
            table.add_row(*map(Text, row.cells()))
        console.print(table)
        for note in notes(board):
            console.print(note, markup=False)
    else:
        for line in lines(board):
            print(line)
    if page is not None:
        write(board, page)
        print(f"Page: {page}")


def _write_page(runs: list[RunState], folder: Path) -> None:
    from crescent.commands.status.sweep import PAGE, write

    write(runs, folder / PAGE)
    print(f"Page: {folder / PAGE}")
