"""The figures of an audit on the terminal and elsewhere."""

from io import StringIO
from typing import Any

from rich.console import Console

from crescent.reporting.report.labels import print_worth

FIGURES: dict[str, Any] = {
    "questions": 1000,
    "solutions": 8000,
    "single_sample": {"value": 0.412, "low": 0.392, "high": 0.433, "n": 1000},
    "majority": {"value": 0.55, "low": 0.519, "high": 0.581, "n": 1000},
    "accepted": {"value": None, "low": None, "high": None, "n": 0},
    "coverage": 0.0,
    "pass_at_k": {
        "1": {"value": 0.412, "low": 0.392, "high": 0.433, "n": 1000},
        "8": {"value": 0.8, "low": 0.774, "high": 0.824, "n": 1000},
    },
    "calibration_error": 0.0734,
    "no_answer": 0.01,
    "matches": {"marker": 7900, "last-number": 20},
    "by_agreement": [
        {"low": 0.4, "high": 0.5, "questions": 1000, "agreement": 0.5, "accuracy": 0.55},
        {"low": 0.5, "high": 0.6, "questions": 0, "agreement": None, "accuracy": None},
    ],
}


def printed(terminal: bool) -> str:
    console = Console(file=StringIO(), force_terminal=terminal, width=100, color_system=None)
    print_worth(FIGURES, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_plain_lines_are_ascii_and_easy_to_grep() -> None:
    text = printed(terminal=False)
    assert text.isascii()
    assert "single sample      41.2 % [39.2, 43.3]\n" in text
    assert "coverage           0.0 % (0 of 1,000 questions)\n" in text
    assert "accepted labels    none\n" in text
    assert "pass@8             80.0 % [77.4, 82.4]\n" in text
    assert "0.4 to 0.5  1,000      55.0 %\n" in text
    assert "0.5 to 0.6" not in text


def test_a_terminal_gets_tables() -> None:
    text = printed(terminal=True)
    for words in ("single sample", "[39.2, 43.3]", "agreement", "accuracy", "─", "marker 7,900, last-number 20"):
        assert words in text
