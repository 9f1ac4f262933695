"""The table at the end of a run: every model, every task, the gate's word, and where the whole report is."""

from pathlib import Path
from typing import TYPE_CHECKING

from crescent.reporting.report import numbers
from crescent.reporting.report.gathered import Score
from crescent.reporting.report.headline import sentences, share_task
from crescent.reporting.report.sampling import SampledScore, as_scores
from crescent.reporting.report.summary import Measured, Round, Summary
from crescent.reporting.report.untrusted import cut
from crescent.runs.names import round_folder

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NAME_LIMIT = 40
"""Characters of a task's name that the table shows."""


def print_summary(run: Summary, console: "Console | None" = None, report: Path | str | None = None) -> None:
    """Prints the outcome of a run: a drawn table on a terminal that is wide enough for it, plain lines elsewhere.

    `report` is the path of the page; without it the run folder of the configuration is named."""
    from rich.console import Console

    console = console or Console()
    tables = (_table(run, console, between) for between in (" ", "\n")) if console.is_terminal else ()
    fitting = next((table for table in tables if _width(table, console) <= console.width), None)
    if fitting:
        console.print(fitting)
        if run.base.sampling:
            console.print(_sampled(run, console))
    else:
        _list(run, console)
    _say(console, " ".join(sentences(run)), wrap=console.is_terminal)
    for part in run.rounds:
        for alarm in part.gate.alarms if part.gate else ():
            _say(console, f"Warning, round {part.round}: {alarm}", wrap=console.is_terminal)
    _say(console, f"Report: {_place(run, report)}")


def _table(run: Summary, console: "Console", between: str) -> "Table":
    """Models by tasks. `between` parts a figure from its interval: a space, or a line break to save room."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    tasks = run.measured_tasks()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(Text("model,\ntime,\ntokens"), no_wrap=True)
    for task in tasks:
        table.add_column(Text(cut(task, NAME_LIMIT)), justify="right", no_wrap=True)
    table.add_column("gate", no_wrap=True)
    for name, model in run.models():
        cells = [_cell(model.evaluation.get(task), share_task(run, task), between) for task in tasks]
        word = _word(run, model)
        row = ["\n".join([name, *_cost(run, name)]), *cells, word]
        table.add_row(*(Text(_for(console, cell)) for cell in row), style="dim" if word == "rejected" else "")
        table.add_row()
    return table


def _sampled(run: Summary, console: "Console") -> "Table":
    """Models by one sample and the best of several: what greedy decoding alone, in the table above, does not say."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = {name: as_scores(model.sampling) for name, model in run.models() if model.sampling}
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    columns = list(dict.fromkeys(column for scores in found.values() for column in scores))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(Text(cut(column.replace(", ", ",\n"), NAME_LIMIT)), justify="right", no_wrap=True)
    for name, scores in found.items():
        cells = [_cell(scores.get(column), True, " ") for column in columns]
        table.add_row(*(Text(_for(console, cell)) for cell in (name, *cells)))
        table.add_row()
    return table


def _width(table: "Table", console: "Console") -> int:
    """Columns that the table would take if the terminal had no end."""
    return console.measure(table, options=console.options.update_width(10_000)).maximum


def _list(run: Summary, console: "Console") -> None:
    sampled = [task for _, model in run.models() if model.sampling for task in as_scores(model.sampling)]
    width = max((len(cut(task, NAME_LIMIT)) for task in (*run.measured_tasks(), *sampled)), default=0)
    for name, model in run.models():
        word = _word(run, model)
        gate = f"{word} by the gate" if word in ("accepted", "rejected") else word
        _say(console, ", ".join(part for part in (name, *_cost(run, name, " tokens"), gate) if part))
        lines: list[tuple[str, Score | SampledScore | None, bool]]
        lines = [(task, model.evaluation.get(task), share_task(run, task)) for task in run.measured_tasks()]
        lines += [(task, score, True) for task, score in (as_scores(model.sampling) if model.sampling else {}).items()]
        for task, score, share in lines:
            value, change = _for(console, _score(score, share, " ")), _change(score, share, " ")
            _say(console, f"  {cut(task, NAME_LIMIT):<{width}}  {value:<21}  {change}".rstrip())


def _cell(score: Score | SampledScore | None, share: bool, between: str) -> str:
    return f"{_score(score, share, between)}\n{_change(score, share, between)}".rstrip()


def _score(score: Score | SampledScore | None, share: bool, between: str) -> str:
    if score is None:
        return "not measured"
    return numbers.score(score.value, share) + numbers.brackets(score.low, score.high, share, between)


def _change(score: Score | SampledScore | None, share: bool, between: str) -> str:
    """The difference to the base model with its 95 % interval in brackets."""
    change = score.against_base if score else None
    if change is None:
        return ""
    return numbers.difference(change.difference, share) + numbers.brackets(change.low, change.high, share, between)


def _word(run: Summary, model: Measured) -> str:
    if not isinstance(model, Round) or model.gate is None:
        return ""
    if run.option("evaluation.gate.enabled") is False:
        return "no gate"
    return "accepted" if model.gate.accepted else "rejected"


def _cost(run: Summary, name: str, unit: str = "") -> list[str]:
    """Time and tokens of all stages of a model, nothing where no stage is on record."""
    folder = round_folder(int(name.removeprefix("round "))) if name.startswith("round ") else name
    stages = [entry for entry in run.cost if entry.stage.split("/")[0] == folder]
    seconds, tokens = sum(entry.seconds for entry in stages), sum(entry.tokens for entry in stages)
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
