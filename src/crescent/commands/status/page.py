"""`sweep.html`: the runs of a sweep on one page that looks as a run's own report and asks the network for nothing."""

from collections.abc import Sequence
from pathlib import Path

from crescent.commands.status.runs import RunState
from crescent.commands.status.sweep import Sweep, compare
from crescent.reporting.report import numbers
from crescent.reporting.report.page import style_sheet, templates
from crescent.run.atomic import publish

PAGE = "sweep.html"


def write(runs: Sequence[RunState], path: Path) -> None:
    """Write the page of `runs` to `path`, whole or not at all."""
    publish(path, render(compare(runs, path)).encode())


def render(sweep: Sweep) -> str:
    """The page's text."""
    template = templates().get_template("sweep.html.j2")
    return template.render(css=style_sheet(), sweep=sweep, headline=headline(sweep), share=_shares(sweep))


def headline(sweep: Sweep) -> str:
    """What came out, in a sentence."""
    complete = sum(row.run.state == "complete" for row in sweep.rows)
    if sweep.best is None or sweep.dev is None:
        return f"{complete} of {numbers.plural(len(sweep.rows), 'run')} complete"
    value = numbers.score(sweep.best.scores[sweep.dev].value, _shares(sweep)[sweep.dev])
    differs = ", ".join(f"{key}={value}" for key, value in sweep.best.differs.items()) or sweep.best.run.folder.name
    return f"Best on {sweep.dev}: {differs}, {value}"


def _shares(sweep: Sweep) -> dict[str, bool]:
    """Task -> whether its scores are fractions of 1."""
    tasks = [*sweep.tasks, *([sweep.dev] if sweep.dev else [])]
    return {task: numbers.is_share(r.scores[task].value for r in sweep.rows if task in r.scores) for task in tasks}
