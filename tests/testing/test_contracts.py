"""The suites notice: each defect of `broken.py` fails the tests that are about it, and says so at its name."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.testing import broken

ROOT = Path(__file__).resolve().parents[2]
SUITES = {name: kind for name, kind in vars(broken).items() if name.startswith("Test")}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Suite -> test -> why it failed, of one pytest over all of them. The slow suites run the tests in question."""
    results = tmp_path_factory.mktemp("results") / "results.xml"
    slow = "TestBackendWithSeedsByPlace or TestObjectiveThatAveragesPasses or TestObjectiveWithoutALesson"
    asked = " or ".join(sorted({test for name in slow.split(" or ") for test in SUITES[name].fails}))
    command = [sys.executable, "-m", "pytest", "tests/testing/broken.py", "-q", "-p", "no:cacheprovider"]
    command += [f"--junitxml={results}", "-k", f"not ({slow}) or {asked}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, dict[str, str]] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        for fault in [*case.iter("failure"), *case.iter("error")]:
            suite = case.get("classname", "").rpartition(".")[2]
            found.setdefault(suite, {})[case.get("name", "")] = fault.get("message", "")
    return found


@pytest.mark.parametrize("suite", SUITES)
def test_a_defect_fails_the_tests_about_it(failed: dict[str, dict[str, str]], suite: str) -> None:
    for test in SUITES[suite].fails:
        assert any(test in name for name in failed[suite]), (test, sorted(failed[suite]))


def test_a_suite_without_an_implementation_says_so(failed: dict[str, dict[str, str]]) -> None:
    assert all("TestNothing has no `implementation`" in why for why in failed["TestNothing"].values())


def test_a_failed_assertion_shows_its_values(failed: dict[str, dict[str, str]]) -> None:
    """pytest rewrites the assertions of the suites, too."""
    [why] = [why for name, why in failed["TestSelectThatLoses"].items() if "nothing_is_lost" in name]
    assert "r01-w001-q00000" in why


@pytest.mark.parametrize("package", ["pytest", "hypothesis"])
def test_what_is_missing_is_said_in_a_line(package: str) -> None:
    code = (
        "import importlib.util as u; find = u.find_spec\n"
        f"u.find_spec = lambda name, *more: None if name == {package!r} else find(name, *more)\n"
        "import crescent.testing"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"crescent.testing needs the package `{package}`: pip install 'crescent-lm[testing]'" in done.stderr
