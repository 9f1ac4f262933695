"""The table at the end of a run: every model, every task, the gate's word, and where the whole report is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.reporting.report import numbers
from crescent.reporting.report.measured import Measured, Score
from crescent.reporting.report.outcome import outcome, share_task
from crescent.reporting.report.summary import Round, Summary, read
from crescent.reporting.report.untrusted import cut

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NAME_LIMIT = 40
"""Characters of a task's name that the table shows."""


def print_summary(
    summary: Mapping[str, Any], console: "Console | None" = None, report: Path | str | None = None
) -> None:
    """Prints the outcome of a run: a drawn table on a terminal that is wide enough for it, plain lines elsewhere.

    `report` is the path of the page; without it the run folder of the configuration is named.

    Raises:
        DamagedError: the summary has a value of the wrong type.
    """
    from rich.console import Console

    console = console or Console()
    run = read(summary)
    tables = (_table(run, console, between) for between in (" ", "\n")) if console.is_terminal else ()
    fitting = next((table for table in tables if _width(table, console) <= console.width), None)
    if fitting:
        console.print(fitting)
    else:
        _list(run, console)
    _say(console, " ".join(outcome(run)), wrap=console.is_terminal)
    _say(console, f"Report: {_place(run, report)}")


def _table(run: Summary, console: "Console", between: str) -> "Table":
    """Models by tasks. `between` parts a difference from its interval: a space, or a line break to save room."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    tasks = [task for task in run.measured_tasks() if task != run.dev_task]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True)
    for heading in (*tasks, "time,\ntokens"):
        table.add_column(Text(cut(heading, NAME_LIMIT)), justify="right", no_wrap=True)
    table.add_column("gate", no_wrap=True)
    for name, model in run.models():
        cells = [_cell(model.evaluation.get(task), share_task(run, task), between) for task in tasks]
        word = _word(run, model)
        row = [name, *cells, "\n".join(_cost(run, name)), word]
        table.add_row(*(Text(_for(console, cell)) for cell in row), style="dim" if word == "rejected" else "")
        table.add_row()
    return table


def _width(table: "Table", console: "Console") -> int:
    """Columns that the table would take if the terminal had no end."""
    return console.measure(table, options=console.options.update_width(10_000)).maximum


def _list(run: Summary, console: "Console") -> None:
    width = max((len(cut(task, NAME_LIMIT)) for task in run.measured_tasks()), default=0)
    for name, model in run.models():
        word = _word(run, model)
        gate = f"{word} by the gate" if word in ("accepted", "rejected") else word
        _say(console, ", ".join(part for part in (name, *_cost(run, name, " tokens"), gate) if part))
        for task in run.measured_tasks():
            score, share = model.evaluation.get(task), share_task(run, task)
            value, change = _for(console, _score(score, share)), _change(score, share, " ")
            _say(console, f"  {cut(task, NAME_LIMIT):<{width}}  {value:<15}  {change}".rstrip())


def _cell(score: Score | None, share: bool, between: str) -> str:
    return f"{_score(score, share)}\n{_change(score, share, between)}".rstrip()


def _score(score: Score | None, share: bool) -> str:
    if score is None or score.value is None:
        return "not measured"
    half = "" if score.stderr is None else f" ±{numbers.margin(score.stderr, share)}"
    return numbers.score(score.value, share) + half


def _change(score: Score | None, share: bool, between: str) -> str:
    """The difference to the base model with its 95 % interval in brackets."""
    change = score.against_base if score else None
    if change is None or change.difference is None:
        return ""
    bounds = numbers.interval(change.low, change.high, share)
    interval = "" if bounds == numbers.UNKNOWN else f"{between}[{bounds.replace(' to ', ', ')}]"
    return numbers.difference(change.difference, share) + interval


def _word(run: Summary, model: Measured) -> str:
    if not isinstance(model, Round) or model.gate is None or model.gate.accepted is None:
        return ""
    if run.option("evaluation.gate.enabled") is False:
        return "no gate"
    return "accepted" if model.gate.accepted else "rejected"


def _cost(run: Summary, name: str, unit: str = "") -> list[str]:
    """Time and tokens of all stages of a model, nothing where no stage is on record."""
    folder = f"round-{int(name.removeprefix('round ')):02d}" if name.startswith("round ") else name
    stages = [entry for entry in run.cost if entry.stage.split("/")[0] == folder]
    seconds, tokens = sum(entry.seconds or 0.0 for entry in stages), sum(entry.tokens or 0 for entry in stages)
    return [numbers.duration(seconds), numbers.count(tokens) + unit] if stages else []


def _place(run: Summary, report: Path | str | None) -> str:
    if report is not None:
        return str(report)
    folder = run.option("run_dir")
    return str(Path(folder) / "report.html") if isinstance(folder, str) else "report.html in the run folder"


def _for(console: "Console", text: str) -> str:
    """The text in signs that the console can write."""
    return text if console.encoding.startswith("utf") and console.is_terminal else numbers.plain(text)


def _say(console: "Console", text: str, wrap: bool = False) -> None:
    console.print(_for(console, cut(text, 2000)), markup=False, highlight=False, emoji=False, soft_wrap=not wrap)
