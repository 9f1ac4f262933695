"""What the README says is run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crescent.config.tree import conf_dir

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_example_holds() -> None:
    [code] = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", [line.partition("#")[0].strip() for line in blocks("sh")[1].splitlines() if "-m crescent" in line]
)
def test_every_command_composes(command: str) -> None:
    """The configuration of each, of a sweep that of its first run; the launcher has tests of its own."""
    words = [word for word in command.split()[3:] if word != "-m" and not word.startswith("hydra/launcher")]
    words = [word.replace("seed=1,2,3", "seed=1") for word in words]
    shown = [] if "--help" in words else ["--cfg", "job"]
    command_line = [sys.executable, "-m", "crescent", *words, *shown]
    done = subprocess.run(command_line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_experiment_it_names_exists_and_every_experiment_is_named() -> None:
    named = set(re.findall(r"^\| (`.+?`) \|", README, re.MULTILINE))
    named = {name for cell in named for name in re.findall(r"`(\w+)`", cell)}
    assert named == {path.stem for path in (conf_dir() / "experiment").glob("*.yaml")}


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", blocks("sh")[0], re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()
    assert targets == ["run", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
