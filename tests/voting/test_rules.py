"""The tables of rules in docs/consensus.md: every example holds, and the file that is named exists."""

import re
from pathlib import Path

import pytest

from crescent.voting import canonical, equivalent, extract_answer

ROOT = Path(__file__).parents[2]
VOTING = ROOT / "src" / "crescent" / "voting"
DOCS = (ROOT / "docs" / "consensus.md").read_text()


def rows(title: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = DOCS.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


READING, EQUALITY = rows("Every rule of reading"), rows("Every rule of equality")
CODE = re.compile(r"(`+) ?(.+?) ?\1(?!`)")


@pytest.mark.parametrize("row", READING, ids=[row[0][:50] for row in READING])
def test_the_examples_of_reading(row: list[str]) -> None:
    _, text, answer, _ = row
    solution = CODE.fullmatch(text)
    assert solution is not None
    asked = "" if "none was asked for" in row[0] else "####"
    read = extract_answer(solution[2].replace("⏎", "\n"), marker=asked)
    if answer == "none":
        assert read is None
    else:
        assert read is not None
        assert read.value == canonical(answer.strip("`"))


@pytest.mark.parametrize("row", EQUALITY, ids=[row[0][:50] for row in EQUALITY])
def test_the_examples_of_equality(row: list[str]) -> None:
    pytest.importorskip("math_verify")
    for cell, sign, want in ((row[1], "=", True), (row[2], "≠", False)):
        pairs = re.findall(rf"`([^`]+)` {sign} `([^`]+)`", cell)
        assert pairs
        assert len(pairs) == cell.count(f"` {sign} `")
        for one, other in pairs:
            assert equivalent(one, other) is want, (one, other)
            assert equivalent(other, one) is want, (one, other)


def test_the_files_that_are_named_exist_and_all_are_named() -> None:
    named = {row[-1].strip("` ") for row in READING}
    assert all((VOTING / "reading" / name).is_file() or (VOTING / name).is_file() for name in named)
    named = {row[-1].strip("` ") for row in EQUALITY}
    assert all((VOTING / "equality" / name).is_file() for name in named)
    assert len(READING) > 30
    assert len(EQUALITY) > 20
