import json
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crescent.console import progress
from crescent.console.progress import Reporter


def console(terminal: bool = False) -> tuple[Console, StringIO]:
    text = StringIO()
    return Console(file=text, force_terminal=terminal, width=120, highlight=False), text


def test_without_a_terminal_a_task_is_one_plain_line_with_its_totals() -> None:
    screen, text = console()
    with Reporter(screen).task("round 1 solutions", 1500, "samples") as advance:
        for _ in range(3):
            advance(500, 10_000)
    [line] = text.getvalue().splitlines()
    assert re.match(r"round 1 solutions +1,500 samples +\d+\.\d s   [\d,]+ samples/s, [\d,]+ tokens/s$", line)


def test_plain_lines_in_between_tell_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    screen, text = console()
    with Reporter(screen).task("bait", 4) as advance:
        advance(1, 5)
        advance(3)
    first, second, _ = text.getvalue().splitlines()
    assert re.match(r"bait: 1 of 4 rows, [\d,]+ rows/s, [\d,]+ tokens/s, [\d,]+ s left$", first)
    assert re.match(r"bait: 4 of 4 rows, .*, 0 s left$", second)


def test_a_task_of_unknown_size_says_nothing_of_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    screen, text = console()
    with Reporter(screen).task("training", None, "steps") as advance:
        advance()
    line, _ = text.getvalue().splitlines()
    assert re.match(r"training: 1 steps, [\d,]+ steps/s$", line)


def test_a_size_that_turns_out_later_is_shown_from_then_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    monkeypatch.setattr(progress, "JOURNAL_SECONDS", 0.0)
    screen, text = console()
    with Reporter(screen, journal=tmp_path / "progress.json").task("gsm8k", None, "requests") as advance:
        advance(0, total=1319)
        advance(319)
        journal = json.loads((tmp_path / "progress.json").read_text())
    assert (journal["done"], journal["total"]) == (319, 1319)
    first, second, _ = text.getvalue().splitlines()
    assert first.startswith("gsm8k: 0 of 1,319 requests")
    assert re.match(r"gsm8k: 319 of 1,319 requests, [\d,]+ requests/s, [\d,]+ s left$", second)
    live, shown = console(terminal=True)
    with Reporter(live).task("gsm8k", None, "requests") as advance:
        advance(7, total=1319)
    assert "7/1319" in shown.getvalue()


def test_a_task_without_work_has_totals_too() -> None:
    screen, text = console()
    with Reporter(screen).task("bait", 4):
        pass
    assert re.match(r"bait +0 rows +0\.0 s   0 rows/s$", text.getvalue().strip())


def test_quiet_prints_nothing() -> None:
    for terminal in (False, True):
        screen, text = console(terminal)
        reporter = Reporter(screen, quiet=True)
        with reporter.task("bait", 4) as advance:
            advance(4, tokens=7)
            advance()
        reporter.say("done")
        assert text.getvalue() == ""


def test_a_terminal_shows_a_live_line_and_leaves_the_totals() -> None:
    screen, text = console(terminal=True)
    with Reporter(screen).task("bait", 4) as advance:
        advance(4, 20)
    shown = text.getvalue()
    assert "\x1b[" in shown
    assert "4/4" in shown
    assert re.search(r"bait +4 rows", shown.splitlines()[-1])


def test_lines_say_how_far_the_whole_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    for terminal in (False, True):
        screen, text = console(terminal)
        with Reporter(screen, whole=lambda: lambda: "stage 5 of 14, about 3 min left").task("bait", 4) as advance:
            advance(1)
        assert "stage 5 of 14, about 3 min left" in text.getvalue()


def test_a_terminal_of_80_columns_breaks_no_word_and_no_live_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "Round 1 rejected, back to the base model: dev accuracy 16.7% against 41.7% of the base model (-25.0 points)."
    )
    text = StringIO()
    screen = Console(file=text, force_terminal=True, width=80, highlight=False)
    Reporter(screen).say(said)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    assert max(map(len, lines)) <= 80
    assert " ".join(lines) == said
    reporter = Reporter(screen, whole=lambda: lambda: "stage 5 of 14, about 3 min left")
    with reporter.task("round-01 wave 12 rewrite 1", 100_000, "samples") as advance:
        advance(40_000, 10**9)
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text.getvalue())
    assert max(len(line) for line in re.split(r"[\r\n]", shown)) <= 80
    assert "\nstage 5 of 14, about 3 min left" in shown.replace("\r", "")


def test_what_is_said_is_taken_literally() -> None:
    screen, text = console()
    Reporter(screen).say("[bold]a model's [/text] " + "x" * 300)
    assert text.getvalue() == "[bold]a model's [/text] " + "x" * 300 + "\n"


def test_an_interrupted_task_passes_the_error_on() -> None:
    for terminal in (False, True):
        screen, text = console(terminal)

        def fail(screen: Console = screen) -> None:
            with Reporter(screen).task("bait", 4):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()
        assert " 0 rows " not in text.getvalue()
