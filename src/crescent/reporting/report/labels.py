"""The figures of `stage=audit` on the terminal: drawn tables where there is one, plain lines elsewhere."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crescent.reporting.report import numbers

if TYPE_CHECKING:
    from rich.console import Console

Lines = list[tuple[str, ...]]


def print_worth(figures: Mapping[str, Any], console: "Console | None" = None) -> None:
    """Print what `summary.labels.worth` found."""
    from rich.console import Console

    console = console or Console()
    for heading, lines in (((), _main(figures)), (("agreement", "questions", "accuracy"), _bins(figures))):
        if console.is_terminal:
            _draw(console, heading, lines)
        else:
            _list(console, [heading, *lines] if heading else lines)


def _main(figures: Mapping[str, Any]) -> Lines:
    accepted = figures["accepted"]
    of = f"{numbers.count(accepted['n'])} of {numbers.plural(figures['questions'], 'question')}"
    passes = [(f"pass@{k}", _accuracy(one)) for k, one in figures["pass_at_k"].items() if k != "1"]
    matches = ", ".join(f"{kind} {numbers.count(count)}" for kind, count in figures["matches"].items())
    return [
        ("single sample", _accuracy(figures["single_sample"])),
        ("majority", _accuracy(figures["majority"])),
        ("accepted labels", _accuracy(accepted)),
        ("coverage", f"{numbers.percent(figures['coverage'])} ({of})"),
        *passes,
        ("calibration error", numbers.fixed(figures["calibration_error"], 3)),
        ("no answer", f"{numbers.percent(figures['no_answer'])} of {numbers.count(figures['solutions'])} solutions"),
        ("read by", matches or "nothing"),
    ]


def _bins(figures: Mapping[str, Any]) -> Lines:
    """Label accuracy by agreement; empty bins are left out."""
    return [
        (f"{one['low']:.1f} to {one['high']:.1f}", numbers.count(one["questions"]), numbers.percent(one["accuracy"]))
        for one in figures["by_agreement"]
        if one["questions"]
    ]


def _accuracy(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return "none"
    return numbers.percent(share["value"]) + numbers.brackets(share["low"], share["high"], True)


def _draw(console: "Console", heading: tuple[str, ...], lines: Lines) -> None:
    from rich import box
    from rich.table import Table

    table = Table(*heading, box=box.SIMPLE_HEAD, show_header=bool(heading), show_edge=False, pad_edge=False)
    for line in lines:
        table.add_row(*line)
    console.print(table, "", markup=False, highlight=False)


def _list(console: "Console", lines: Lines) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        console.print(numbers.plain(text.rstrip()), markup=False, highlight=False, soft_wrap=True)
