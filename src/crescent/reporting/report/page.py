"""`report.html`: one page that holds everything and asks the network for nothing."""

import json
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from crescent.reporting.report import answer_format, charts, flips, funnel, headline, numbers, pool, sampling
from crescent.reporting.report.gathered import Comparison
from crescent.reporting.report.summary import Round, Summary
from crescent.reporting.report.untrusted import cut, visible
from crescent.runs.atomic import publish
from crescent.runs.names import round_folder

QUESTION_LIMIT = 1500
SOLUTION_LIMIT = 4000
VALUE_LIMIT = 2000
"""Characters of a question, a solution and a configuration value that the page shows; the rest is counted."""
SAMPLES_LIMIT = 12
"""Sample questions, and examples of drops, per round."""

CONTENTS = {
    "benchmark": "Benchmark",
    "answer_format": "Format and length",
    "sampling": "Pass@k",
    "draws": "Sampled benchmarks",
    "flips": "Changes",
    "gate": "Gate",
    "funnel": "Funnel",
    "pool": "Pool",
    "agreement": "Agreement",
    "samples": "Questions",
    "drops": "Drops",
    "contamination": "Contamination",
    "training": "Training",
    "cost": "Cost",
    "unknowns": "Not known",
    "environment": "Configuration",
}
"""The sections in their order: name of the template and of the anchor, words in the list of contents."""


def write(run: Summary, path: Path | str) -> None:
    """Writes the page, whole or not at all."""
    publish(Path(path), render(run).encode())


def render(run: Summary) -> str:
    """The page for what `summary.json` holds."""
    sentences = headline.sentences(run)
    return (
        templates()
        .get_template("page.html.j2")
        .render(
            css=style_sheet(),
            run=run,
            headline=sentences[0],
            sentences=sentences[1:],
            contents=[each for each in CONTENTS.items() if each[0] != "draws" or run.drawn_tasks()],
            panels=list(_panels(run)),
            previous=list(_previous(run)),
            others=list(_other_metrics(run)),
            dev_share=headline.share_task(run, run.dev_task or ""),
            environment=[(key, _bare(value)) for key, value in _flat(run.environment)],
            unknowns=headline.unknowns(run),
            config=list(_flat(run.config)),
            total_seconds=sum(entry.seconds for entry in run.cost),
            total_tokens=sum(entry.tokens for entry in run.cost),
        )
    )


def style_sheet() -> Markup:
    """The looks of every page, to stand in its head."""
    return Markup(resources.files("crescent.reporting.report").joinpath("page.css").read_text(encoding="utf-8"))


@cache
def templates() -> jinja2.Environment:
    """The templates of this folder. What they show is made visible and escaped, whatever it holds."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crescent", "reporting/report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {name: getattr(numbers, name) for name in numbers.FILTERS}
    environment.filters |= {
        "question": partial(cut, limit=QUESTION_LIMIT),
        "solution": partial(cut, limit=SOLUTION_LIMIT),
        "value": partial(cut, limit=VALUE_LIMIT),
        "sentence": _sentence,
        "vendi": pool.vendi,
    }
    environment.globals |= {"charts": charts, "number": numbers, "few": SAMPLES_LIMIT}
    environment.globals |= {"steps": funnel.steps, "pool_figures": pool.figures, "flipped": flips.flipped}
    environment.globals |= {"sampling": sampling, "answer_format": answer_format}
    return environment


def _shown(value: Any) -> Any:
    """Every expression of the template passes here before it is escaped: no text reaches the page unseen."""
    if isinstance(value, Markup):
        return value
    return numbers.UNKNOWN if value is None else visible(str(value))


def _sentence(text: object) -> str:
    """A sentence of the run, with every percent sign held to its number."""
    return cut(text, VALUE_LIMIT).replace(" %", "\N{NO-BREAK SPACE}%")


def _panels(run: Summary) -> Iterator[dict[str, Any]]:
    """One benchmark chart per task with the rows of its table."""
    for task in run.measured_tasks():
        points, share = _points(run, task), headline.share_task(run, task)
        marks = charts.score_range(points, share)
        yield {
            "task": task,
            "share": share,
            "metric": next((score.metric for _, score in run.scores(task)), None),
            "chart": charts.scores(task, points, marks, share),
            "rows": [(name, getattr(model, "gate", None), model.evaluation.get(task)) for name, model in run.models()],
        }


def _previous(run: Summary) -> Iterator[tuple[str, str, Comparison, bool]]:
    """Task, model, its comparison with the model before it, and whether the task is scored in percent."""
    for task in run.measured_tasks():
        for name, score in run.scores(task):
            if score.against_previous:
                yield task, name, score.against_previous, headline.share_task(run, task)


def _other_metrics(run: Summary) -> Iterator[tuple[str, str, str, str]]:
    """Task, model, metric and its value as recorded."""
    for task in run.measured_tasks():
        for name, score in run.scores(task):
            for metric, value in score.other_metrics.items():
                yield task, name, metric, numbers.fixed(value, 4) if isinstance(value, float) else str(value)


def _points(run: Summary, task: str) -> list[charts.Point]:
    places = {"base": 0} | {round_folder(part.round): place for place, part in enumerate(run.rounds, 1)}
    points = []
    for name, model in run.models():
        score = model.evaluation.get(task)
        value, low, high = (score.value, score.low, score.high) if score else (None, None, None)
        parent = places.get(model.started_from or "") if isinstance(model, Round) else None
        points.append(charts.Point(name.removeprefix("round "), value, low, high, charts.state_of(model), parent))
    return points


def _flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The configuration as dotted keys with JSON values: the words in which a command line overrides them."""
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", json.dumps(value, ensure_ascii=False)


def _bare(value: str) -> str:
    """A JSON value without the quotes of a string, for reading rather than for pasting."""
    return str(json.loads(value)) if value.startswith('"') else value
