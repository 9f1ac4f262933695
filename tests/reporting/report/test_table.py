import io
import re
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from crescent.reporting.report.summary import read
from crescent.reporting.report.table import print_summary

from . import example

CASES = {
    "two rounds": example.summary(2),
    "five rounds": example.summary(5),
    "base alone": example.summary(0, best_round=0),
    "nothing": example.bare(),
}


def printed(raw: dict[str, Any], terminal: bool, width: int = 80, report: str | None = None) -> list[str]:
    out = io.StringIO()
    print_summary(
        read(raw), Console(file=out, force_terminal=terminal, width=width, no_color=True, legacy_windows=False), report
    )
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_plain_lines_give_every_figure() -> None:
    assert printed(example.summary(2), terminal=False, report="outputs/nano/report.html")[7:] == [
        "round 1, 1 min 33 s, 832,653 tokens, accepted by the gate",
        "  nano_math             61.0 % [57.9, 64.0]    +22.9 [19.6, 26.1]",
        "  nano_hard             25.5 % [22.9, 28.3]    +13.1 [9.8, 16.3]",
        "  nano_skills           90.8 % [88.8, 92.4]    -0.4 [-3.7, 2.8]",
        "  nano_dev              61.0 % [57.9, 64.0]    +20.8 [17.5, 24.0]",
        "  nano_dev, one sample  71.3 % [69.1, 73.4]    +10.1 [8.0, 12.1]",
        "  nano_dev, one of 8    95.1 % [92.9, 97.2]    0.0 [-2.1, 2.0]",
        "round 2, 1 min 33 s, 832,653 tokens, accepted by the gate",
        "  nano_math             70.3 % [67.4, 73.1]    +32.2 [28.9, 35.4]",
        "  nano_hard             30.8 % [28.0, 33.7]    +18.4 [15.1, 21.6]",
        "  nano_skills           90.6 % [88.6, 92.3]    -0.6 [-3.9, 2.6]",
        "  nano_dev              69.4 % [66.5, 72.2]    +29.2 [25.9, 32.4]",
        "  nano_dev, one sample  75.4 % [73.2, 77.5]    +14.2 [12.1, 16.2]",
        "  nano_dev, one of 8    95.1 % [92.9, 97.2]    0.0 [-2.1, 2.0]",
        "nano_math rose from 38.1 % to 70.3 % with greedy decoding (+32.2 points, 95 % interval 28.9 to 35.4) after "
        "round 2, which the gate accepted; on nano_dev one sample went from 61.2 % to 75.4 % and at least one of 8 "
        "from 95.1 % to 95.1 %. These do not agree: greedy decoding is right more often, one sample more often, at "
        "least one of 8 about as often as before. It became surer of what it could already solve, not able to solve "
        "more.",
        "Report: outputs/nano/report.html",
    ]


def test_without_a_gate_nothing_is_said_to_be_accepted_by_it() -> None:
    raw = {**example.summary(1), "config": {"evaluation": {"gate": {"enabled": False}}}}
    lines = printed(raw, terminal=False)
    assert "round 1, 1 min 33 s, 832,653 tokens, no gate" in lines
    assert "accepted" not in "\n".join(lines)


@pytest.mark.parametrize("name", CASES)
def test_plain_lines_are_plain(name: str) -> None:
    text = "\n".join(printed(CASES[name], terminal=False))
    assert text.isascii()
    assert "\x1b" not in text
    assert "Report: report.html in the run folder" in text


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", CASES)
def test_a_terminal_gets_nothing_wider_than_itself_and_nothing_cut(name: str, width: int) -> None:
    lines = printed(CASES[name], terminal=True, width=width)
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines) <= width
    assert "…" not in "\n".join(lines)


def test_the_drawn_table_fits_three_tasks_and_the_gates_own_into_80_columns() -> None:
    text = "\n".join(printed(example.summary(2), terminal=True))
    assert "─" * 20 in text
    assert text.count("nano_dev,") == 2  # the sampled ones
    for part in (
        "nano_dev ",
        "+29.2",
        "nano_skills",
        "70.3",
        "[67.4, 73.1]",
        "+32.2",
        "[28.9, 35.4]",
        "one of 8",
        "95.1\N{NO-BREAK SPACE}% [92.9, 97.2]",
        "832,653",
        "accepted",
    ):
        assert part in text


def test_a_terminal_too_narrow_for_the_table_gets_the_lines() -> None:
    lines = printed(example.summary(2), terminal=True, width=60)
    assert "─" not in "".join(lines)
    assert "  nano_math             61.0" in "\n".join(lines)


def test_markup_and_escape_codes_of_names_are_only_text() -> None:
    raw = example.summary(1, note="[red]x[/red] \x1b[2J :smile:", state="stopped")
    for terminal in (False, True):
        text = " ".join(printed(raw, terminal))
        assert "[red]x[/red] ␛[2J :smile:" in text
        assert "\x1b[2J" not in text


def test_the_run_folder_of_the_configuration_is_named() -> None:
    raw = example.summary(1)
    raw["config"]["run_dir"] = "outputs/mine"
    assert printed(raw, terminal=False)[-1] == "Report: outputs/mine/report.html"


def test_importing_the_table_imports_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "rich", "jinja2")
    code = f"import sys, crescent.reporting.report.table; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("terminal", [True, False])
def test_warnings_about_replies_stand_before_the_place_of_the_report(terminal: bool) -> None:
    raw = example.summary(2)
    raw["rounds"][1]["gate"]["alarms"] = ["9.0% of the replies are cut."]
    lines = printed(raw, terminal=terminal, width=200, report="there")
    assert lines[-2:] == ["Warning, round 2: 9.0% of the replies are cut.", "Report: there"]
    assert not any("Warning" in line for line in printed(example.summary(2), terminal=terminal))
