"""The table of `python -m crescent status`: one line per run."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crescent.commands.status.runs import RunState
from crescent.reporting.report import numbers
from crescent.reporting.report.untrusted import cut

STYLES = {"running": "cyan", "complete": "green", "failed": "red", "interrupted": "yellow", "stopped": "yellow"}
COLUMNS = ("run", "state", "stage", "progress", "figures")
FIGURES = 2
"""Benchmarks whose figures the table shows of a run; the page has all."""
LONGEST = 300


def print_runs(runs: Sequence[RunState], console: Console | None = None) -> None:
    """Print the runs: a drawn table on a terminal, one line per run with tabs between elsewhere."""
    console = console or Console(highlight=False)
    rows = [_cells(run) for run in runs]
    if console.is_terminal:
        table = Table(*COLUMNS, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for run, row in zip(runs, rows, strict=True):
            table.add_row(*map(Text, row), style=STYLES.get(run.state, ""))
        console.print(table)
    else:
        for row in (COLUMNS, *rows):
            print(*row, sep="\t", file=console.file)  # which would make spaces of the tabs
    for run in runs:
        if run.reason and run.state in ("failed", "stopped"):
            console.print(cut(f"{run.folder.name}: {run.reason}", LONGEST), markup=False, soft_wrap=True)
    console.print(_summary(runs), markup=False, soft_wrap=True)


def _cells(run: RunState) -> tuple[str, ...]:
    name = f"{run.folder.name} (job {run.job})" if run.job else run.folder.name
    figures = [f"{task} {_figure(*values)}" for task, values in list(run.figures.items())[:FIGURES]]
    return name, run.state, run.stage, run.progress, ", ".join(figures)


def _figure(before: float | None, now: float) -> str:
    share = numbers.is_share([before, now])
    shown = numbers.plain(numbers.score(now, share))
    return shown if before in (None, now) else f"{numbers.plain(numbers.score(before, share))} -> {shown}"


def _summary(runs: Sequence[RunState]) -> str:
    states = ", ".join(f"{count} {state}" for state, count in Counter(run.state for run in runs).items())
    resumable = sum(run.resumable for run in runs)
    hint = f"; the same command goes on with the {resumable} that can be resumed" if resumable else ""
    return f"{numbers.plural(len(runs), 'run')}: {states}{hint}"
