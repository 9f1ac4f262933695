"""Several runs side by side: what differs in their configurations, and what each reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crescent.commands.status.runs import RunState
from crescent.config.folder import below
from crescent.reporting.completed import REPORT, SUMMARY
from crescent.reporting.report import numbers
from crescent.reporting.report.measured import Measured, Score
from crescent.reporting.report.outcome import kept_round
from crescent.reporting.report.page import style_sheet, templates
from crescent.reporting.report.summary import Summary, read
from crescent.run.atomic import publish
from crescent.run.folder import PLACES, flatten, read_json, stored_config

ABSENT = "absent"


@dataclass
class SweepRow:
    """One run of the sweep. `differs`: key -> value, in the words of the command line. `kept`: the model it keeps.

    `scores` are those of that model by task; `report` is the place of the run's own page.
    """

    run: RunState
    differs: dict[str, str]
    kept: str
    scores: dict[str, Score]
    report: str | None


@dataclass
class Sweep:
    """All runs. `tasks`: reported benchmarks in order; `dev`: the benchmark that decisions read; `best`: their row."""

    rows: list[SweepRow]
    keys: list[str]
    tasks: list[str]
    dev: str | None
    best: SweepRow | None


def compare(runs: Sequence[RunState], page: Path) -> Sweep:
    """Read the runs for a page that will stand at `page`. The best run is the best by its dev benchmark alone.

    Raises:
        DamagedError, RunFolderError: a summary or a configuration cannot be read.
    """
    configs = [flatten(stored_config(run.folder) or {}) for run in runs]
    keys = [key for key in dict.fromkeys(key for config in configs for key in config) if _varies(key, configs)]
    found = [read_json(run.folder / SUMMARY) for run in runs]
    summaries = [read(summary) if summary else None for summary in found]
    rows = [
        SweepRow(
            run,
            {key: _shown(config.get(key, ABSENT)) for key in keys},
            *_kept(summary),
            _relative(run.folder / REPORT, page) if summary else None,
        )
        for run, config, summary in zip(runs, configs, summaries, strict=True)
    ]
    known = [summary for summary in summaries if summary is not None]
    dev = next((summary.dev_task for summary in known if summary.dev_task), None)
    tasks = list(dict.fromkeys(task for summary in known for task in summary.measured_tasks() if task != dev))
    scored = [row for row in rows if dev in row.scores and numbers.finite(row.scores[dev].value)]
    best = max(scored, key=lambda row: row.scores[dev].value or 0.0) if dev and len(scored) > 1 else None
    return Sweep(rows, keys, tasks, dev, best)


def _varies(key: str, configs: Sequence[dict[str, Any]]) -> bool:
    here = (key == "name" or not below(key, PLACES)) and len({str(config.get(key, ABSENT)) for config in configs}) > 1
    return here


def _kept(summary: Summary | None) -> tuple[str, dict[str, Score]]:
    """Which model the run keeps, in words, and its scores."""
    if summary is None:
        return "", {}
    number = kept_round(summary)
    chosen: Measured = summary.base
    for part in summary.rounds:
        if part.evaluation and (part.round == number or number is None):
            chosen = part
    name = "base" if chosen is summary.base else f"round {getattr(chosen, 'round', '')}"
    return name, chosen.evaluation


def _shown(value: Any) -> str:
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _relative(path: Path, page: Path) -> str:
    """The path from the page's folder, so that the folders can be moved together."""
    import os

    return Path(os.path.relpath(path.resolve(), page.resolve().parent)).as_posix()


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
