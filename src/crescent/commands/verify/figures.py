"""Checks `figures` and `page`: summary.json from manifests and rows, report.html from summary.json."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from crescent import __version__
from crescent.commands.verify.findings import ABSENT, Check, Findings
from crescent.config.effects import deciding
from crescent.config.schema import Config
from crescent.errors import CrescentError
from crescent.reporting.completed import REPORT, SUMMARY
from crescent.reporting.report.summary import read
from crescent.runs.folder import Run, read_json

ENDED = ("complete", "stopped")
OWN = ("config", "environment", "peak_gb")
"""What a summary says of the process that wrote it, and the configuration, whose keys are compared one by one."""
AROUND = 40
LINES = 10
"""Characters around a difference in a page, and lines of it, that are shown."""


def check_figures(path: Path, config: Config, findings: Findings) -> None:
    """Gather the summary again. Only a run that has ended has one that belongs to its rows."""
    check, page = findings.of("figures"), findings.of("page")
    state = (read_json(path / "status.json") or {}).get("state")
    if state not in ENDED:
        check.absent(f"{SUMMARY}: the run has not ended ({state or 'it has not begun'})")
        page.absent(f"{REPORT}: it is written again after every stage until the run has ended")
        return
    stored = read_json(path / SUMMARY)
    if stored is None:
        check.wrong(SUMMARY, "", "no summary that can be read", f"one: the run is {state}")
        return
    check_settings(check, SUMMARY, "config.", stored.get("config") or {}, asdict(config))
    try:
        recomputed = _gathered(path, config, stored)
    except CrescentError as error:
        check.absent(f"{SUMMARY}: not recomputed: {str(error).splitlines()[0]}")
    else:
        check.same(SUMMARY, "", {key: value for key, value in stored.items() if key not in OWN}, recomputed)
    made_by = (stored.get("environment") or {}).get("crescent")
    check_page(page, path / REPORT, made_by, lambda: _page(stored))


def check_settings(
    check: Check, file: str, prefix: str, stored: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    """Compare the keys of two configurations that a run which has begun may not change."""
    there, here = deciding(stored), deciding(expected)
    for key in sorted(there.keys() | here.keys()):
        check.same(file, f"{prefix}{key}", there.get(key, ABSENT), here.get(key, ABSENT))


def check_page(check: Check, page: Path, made_by: str | None, render: Callable[[], str]) -> None:
    """Hold a page against what `render` makes of its figures, byte for byte. `made_by`: the version that wrote it."""
    if not page.is_file():
        check.absent(f"{page.name}: there is none")
        return
    if made_by != __version__:
        check.absent(f"{page.name}: crescent {made_by} made it; pages of this version, {__version__}, look otherwise")
        return
    try:
        here = render()
    except CrescentError as error:
        check.wrong(page.name, "", "a page", str(error).splitlines()[0])
        return
    there = page.read_bytes().decode(errors="replace")
    check.compared += 1
    if there != here:
        lines, wanted = there.splitlines(), here.splitlines()
        pairs = [(n, *each) for n, each in enumerate(zip(lines, wanted, strict=False), start=1) if each[0] != each[1]]
        check.compared -= 1
        for number, one, other in pairs[: LINES if len(lines) == len(wanted) else 1]:
            check.wrong(page.name, f"line {number}", *_parts(one, other))
        if not pairs:
            check.wrong(page.name, "", f"{len(lines)} lines", f"{len(wanted)} lines")


def _gathered(path: Path, config: Config, stored: dict[str, Any]) -> dict[str, Any]:
    from crescent.loop.environment import looking_on
    from crescent.reporting.summary.gather import gather

    context = looking_on(Run(path, config))
    summary = gather(context, stored.get("note"), stopped=stored.get("state") == "stopped")
    values: dict[str, Any] = msgspec.to_builtins(summary)
    return {key: value for key, value in values.items() if key not in OWN}


def _page(stored: dict[str, Any]) -> str:
    from crescent.reporting.report.page import render

    return render(read(stored))


def _parts(one: str, other: str) -> tuple[str, str]:
    """What stands around the first difference of two lines."""
    start = next(
        (i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    first = max(start - AROUND, 0)
    return one[first : start + AROUND], other[first : start + AROUND]
