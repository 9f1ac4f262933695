"""What long work shows: a live line on a terminal, plain lines elsewhere, nothing on ranks other than 0."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

PLAIN_SECONDS = 15.0
"""Without a terminal: seconds between two lines about the same task."""

JOURNAL_SECONDS = 2.0
"""Seconds between two writings of the journal."""

Advance = Callable[..., None]
"""`advance(rows=1, tokens=0, total=None)`; `total`: the size of the task, where that turns out while it runs."""


class Reporter:
    """Shows tasks of known size: rows done, rows/s, tokens/s, time left. `quiet` shows nothing.

    `journal` is a file that says the same to other programs (`python -m crescent status`), for as long as a task lasts.
    `whole` is asked when a task begins, and returns what says, while it lasts, how far the whole run is.
    """

    def __init__(
        self,
        console: Console | None = None,
        quiet: bool = False,
        journal: Path | None = None,
        whole: Callable[[], Callable[[], str]] | None = None,
    ) -> None:
        self.console = console or Console(file=sys.stderr, highlight=False)
        self.quiet = quiet
        self.journal = journal
        self.whole = whole

    def say(self, text: str) -> None:
        """One line of its own."""
        if not self.quiet:
            _print(self.console, text)

    @contextmanager
    def task(self, name: str, total: int | None, unit: str = "rows") -> Iterator[Advance]:
        """Show a task while the block runs; it yields the function to call as work gets done."""
        if self.quiet:
            yield lambda rows=1, tokens=0, total=None: None
            return
        shown = _live if self.console.is_terminal else _plain
        whole = self.whole() if self.whole else str
        with (
            shown(self.console, name, total, unit, whole) as advance,
            _journal(self.journal, name, total, unit) as note,
        ):

            def advance_both(rows: int = 1, tokens: int = 0, total: int | None = None) -> None:
                advance(rows, tokens, total)
                note(rows, tokens, total)

            yield advance_both


class _Count:
    """Rows and tokens since the start, of `total` rows if that is known, and their rates."""

    def __init__(self, unit: str, total: int | None) -> None:
        self.unit = unit
        self.total = total
        self.start = time.perf_counter()
        self.rows = 0
        self.tokens = 0

    def add(self, rows: int, tokens: int, total: int | None) -> None:
        self.total = total or self.total
        self.rows += rows
        self.tokens += tokens

    @property
    def seconds(self) -> float:
        return max(time.perf_counter() - self.start, 1e-9)

    def left(self) -> str:
        if not (self.total and self.rows):
            return ""
        return f", {(self.total - self.rows) * self.seconds / self.rows:,.0f} s left"

    def rates(self) -> str:
        rates = f"{self.rows / self.seconds:,.0f} {self.unit}/s"
        return f"{rates}, {self.tokens / self.seconds:,.0f} tokens/s" if self.tokens else rates


@contextmanager
def _journal(path: Path | None, name: str, total: int | None, unit: str) -> Iterator[Advance]:
    """Keeps `path` up to date, at most every `JOURNAL_SECONDS`. It is news, not a result: no sync, no error."""
    count, last = _Count(unit, total), 0.0

    def note(rows: int, tokens: int, total: int | None = None) -> None:
        nonlocal last
        count.add(rows, tokens, total)
        if path is not None and time.monotonic() - last >= JOURNAL_SECONDS:
            last = time.monotonic()
            news = {"task": name, "done": count.rows, "total": count.total, "unit": unit, "time": round(time.time(), 3)}
            temporary = path.with_name(f".partial-{os.getpid()}-{path.name}")
            with suppress(OSError):
                temporary.write_text(json.dumps(news), encoding="utf-8")
                temporary.replace(path)

    note(0, 0)
    try:
        yield note
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


class _Lines(Progress):
    """A progress display with a line below the task's: how far the whole run is."""

    def __init__(self, *columns: ProgressColumn, whole: Callable[[], str], console: Console, transient: bool) -> None:
        self.whole = whole
        super().__init__(*columns, console=console, transient=transient)

    def get_renderables(self) -> Iterator[RenderableType]:
        """Called by rich for every refresh."""
        yield self.make_tasks_table(self.tasks)
        if text := self.whole():
            yield Text(text, no_wrap=True, overflow="ellipsis", style="dim")


@contextmanager
def _live(console: Console, name: str, total: int | None, unit: str, whole: Callable[[], str]) -> Iterator[Advance]:
    """The task in one line, and the whole run in a second, each cut where the terminal ends."""
    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(16),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[rates]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
    )
    count = _Count(unit, total)
    with _Lines(*columns, whole=whole, console=console, transient=True) as progress:
        task = progress.add_task(f"{name:<24}", total=total, rates="")

        def advance(rows: int = 1, tokens: int = 0, total: int | None = None) -> None:
            count.add(rows, tokens, total)
            progress.update(task, advance=rows, total=count.total, rates=count.rates())

        yield advance
    _done(console, name, count)


@contextmanager
def _plain(console: Console, name: str, total: int | None, unit: str, whole: Callable[[], str]) -> Iterator[Advance]:
    count, last = _Count(unit, total), time.perf_counter()

    def advance(rows: int = 1, tokens: int = 0, total: int | None = None) -> None:
        nonlocal last
        count.add(rows, tokens, total)
        if time.perf_counter() - last >= PLAIN_SECONDS:
            last = time.perf_counter()
            of = f" of {count.total:,}" if count.total else ""
            run = f"; {whole()}" if whole() else ""
            _print(console, f"{name}: {count.rows:,}{of} {unit}, {count.rates()}{count.left()}{run}")

    yield advance
    _done(console, name, count)


def _done(console: Console, name: str, count: _Count) -> None:
    line = f"{name:<24} {count.rows:>7,} {count.unit:<9} {count.seconds:6.1f} s   {count.rates()}"
    _print(console, line)


def _print(console: Console, line: str) -> None:
    """Broken between words on a terminal, which itself would break inside them; elsewhere a line stays one."""
    console.print(line, soft_wrap=not console.is_terminal, markup=False)
