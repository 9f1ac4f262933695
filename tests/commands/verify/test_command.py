import json
import subprocess
import sys
from pathlib import Path

import pytest

from crescent.commands.verify.findings import Check, differing

pytestmark = pytest.mark.slow


def verify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "crescent", "verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_exit_code_says_whether_all_agrees(copied_run: Path) -> None:
    done = verify(str(copied_run))
    assert done.returncode == 0, done.stderr
    table = done.stdout.splitlines()
    assert [line.split()[0] for line in table[:-1]] == [
        "files", "chain", "questions", "votes", "pairs", "scores", "gate", "figures", "page",
    ]  # fmt: skip
    assert all(" agrees " in line for line in table[:-1])
    assert table[-1].startswith("page and rows agree (")
    page = copied_run / "report.html"
    page.write_text(page.read_text().replace("</main>", "<b>+99</b></main>"))
    done = verify(str(copied_run), "--json")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["agrees"] is False
    assert set(result["digests"]) == {"summary.json"}
    [found] = [each for check in result["checks"] for each in check["disagreements"]]
    assert found["file"] == "report.html"


def test_another_folder_is_refused_in_a_line(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        done = verify(str(folder))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{folder}: ")
        assert len(done.stderr.splitlines()) == 1


def test_help_says_what_it_is_for() -> None:
    done = verify("--help")
    assert done.returncode == 0
    assert "Recomputes every figure" in done.stdout


def test_trees_are_compared_value_by_value_and_places_are_named() -> None:
    stored = {"rows": [{"arm": "method", "seed": 2, "low": 0.1}, 3], "same": [1, 2.0], "gone": None, "flag": True}
    here = {"rows": [{"arm": "method", "seed": 2, "low": 0.2}, 3, 4], "same": [1, 2.0 + 1e-12], "flag": 1}
    found = {path: (one, other) for path, one, other in differing(stored, here)}
    assert set(found) == {"rows[arm method, seed 2].low", "rows[2]", "gone", "flag"}
    assert found["rows[arm method, seed 2].low"] == (0.1, 0.2)
    assert repr(found["gone"][1]) == repr(found["rows[2]"][0]) == "nothing"
    check = Check("votes", "votes")
    assert check.same("file", "place", stored, stored)
    assert not check.same("file", "", 1.0, 1.1)
    assert check.disagreements[0].line() == "file: stored 1.0, recomputed 1.1"
    assert check.compared == 9


def test_numbers_that_are_none_are_the_same() -> None:
    assert list(differing(float("nan"), float("nan"))) == []
    assert len(list(differing(float("nan"), 1.0))) == 1
