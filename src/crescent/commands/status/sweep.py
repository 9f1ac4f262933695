"""Several runs side by side: what differs in their configurations, and what each reached.

Runs that differ in the seed alone are one configuration, measured several times: none of them is better than another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.commands.status.runs import RunState, claim_of
from crescent.config.effects import effects
from crescent.config.keys import flatten
from crescent.reporting.completed import REPORT, summary_of
from crescent.reporting.report import numbers
from crescent.reporting.report.gathered import Score
from crescent.reporting.report.headline import kept_round
from crescent.reporting.report.page import style_sheet, templates
from crescent.reporting.report.summary import Measured, Summary
from crescent.runs.atomic import publish
from crescent.runs.folder import stored_config

if TYPE_CHECKING:
    from crescent.statistics import Interval

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
class Other:
    """A claim or an audit: what came of it, in a sentence, and the place of its page if it has one."""

    run: RunState
    sentence: str
    page: str | None


@dataclass
class Group:
    """The runs of one configuration, its seeds. `score`: mean on the dev benchmark, with an interval over seeds."""

    differs: dict[str, str]
    rows: list[SweepRow]
    score: "Interval | None"


@dataclass
class Sweep:
    """All ordinary runs, and what else there is: claims, which have a page of their own, and audits.

    `tasks`: reported benchmarks in order; `dev`: the benchmark that decisions read. `best`: the configuration that is
    best on it, where several were measured.
    """

    rows: list[SweepRow]
    keys: list[str]
    tasks: list[str]
    dev: str | None
    groups: list[Group]
    best: Group | None
    others: list[Other]


def compare(runs: Sequence[RunState], page: Path) -> Sweep:
    """Read the runs for a page that will stand at `page`. The best are the best by their dev benchmark alone.

    Raises:
        DamagedError, RunFolderError: a summary or a configuration cannot be read.
    """
    others = [_other(run, page) for run in runs if run.kind not in ("all", "unreadable")]
    runs = [run for run in runs if run.kind == "all"]
    configs = [flatten(stored_config(run.folder) or {}) for run in runs]
    keys = [key for key in dict.fromkeys(key for config in configs for key in config) if _varies(key, configs)]
    summaries = [summary_of(run.folder) for run in runs]
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
    groups = _groups(rows, dev)
    scored = [(group.score.mean, group) for group in groups if group.score is not None]
    best = max(scored, key=lambda pair: pair[0])[1] if len(scored) > 1 else None
    return Sweep(rows, keys, tasks, dev, groups, best, others)


def _groups(rows: Sequence[SweepRow], dev: str | None) -> list[Group]:
    """The rows by configuration, seeds together."""
    found: dict[tuple[tuple[str, str], ...], list[SweepRow]] = {}
    for row in rows:
        found.setdefault(tuple((key, value) for key, value in row.differs.items() if key != "seed"), []).append(row)
    return [Group(dict(differs), same, _score(same, dev)) for differs, same in found.items()]


def _score(rows: Sequence[SweepRow], dev: str | None) -> "Interval | None":
    from crescent.statistics import SHARE, UNBOUNDED, over_seeds

    values = [score.value for row in rows if (score := row.scores.get(dev or "")) is not None]
    known = [value for value in values if numbers.finite(value)]
    return over_seeds(known, SHARE if numbers.is_share(known) else UNBOUNDED) if known else None


def _other(run: RunState, page: Path) -> Other:
    claim = claim_of(run.folder) if run.kind == "claim" else None
    if claim is not None:
        from crescent.commands.claim.figures import PAGE as CLAIM_PAGE
        from crescent.commands.claim.headline import sentences

        return Other(run, sentences(claim)[0], _relative(run.folder / CLAIM_PAGE, page))
    return Other(run, f"{run.kind.capitalize()}, {run.state}: {run.progress}.", None)


def _varies(key: str, configs: Sequence[dict[str, Any]]) -> bool:
    return (key == "name" or bool(effects(key))) and len({str(config.get(key, ABSENT)) for config in configs}) > 1


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
    share = _shares(sweep).get(sweep.dev or "", True)
    seeds = sweep.groups[0].score if len(sweep.groups) == 1 else None
    if sweep.best is not None and sweep.best.score is not None:
        differs = ", ".join(f"{key}={value}" for key, value in sweep.best.differs.items())
        return f"Best on {sweep.dev}: {differs}, {_mean(sweep.best.score, share)}"
    if seeds is not None and seeds.n > 1:
        return f"{sweep.dev} over the seeds: {_mean(seeds, share)}"
    if not sweep.rows and len(sweep.others) == 1:
        return sweep.others[0].sentence
    return f"{complete} of {numbers.plural(len(sweep.rows), 'run')} complete"


def _mean(score: "Interval", share: bool) -> str:
    """The figure of a configuration, with its interval over seeds where it has several."""
    value = numbers.score(score.mean, share)
    if score.n == 1:
        return value
    bounds = f", 95 % interval {numbers.interval(score.low, score.high, share)}" if score.low is not None else ""
    return f"{value} (mean of {numbers.plural(score.n, 'seed')}{bounds})"


def _shares(sweep: Sweep) -> dict[str, bool]:
    """Task -> whether its scores are fractions of 1."""
    tasks = [*sweep.tasks, *([sweep.dev] if sweep.dev else [])]
    return {task: numbers.is_share(r.scores[task].value for r in sweep.rows if task in r.scores) for task in tasks}
