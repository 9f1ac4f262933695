"""Every file under `sweeps/`: W&B takes it, its keys exist, its values are good, and its header says what it asks."""

from pathlib import Path

import pytest

from crescent.commands.sweeps.check import check
from crescent.config.preflight import Command, preflight
from crescent.config.tree import conf_dir
from tests.commands.sweeps.agent import command_line, draw, load

FOLDER = conf_dir().parent / "sweeps"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_the_files_are_there() -> None:
    assert {file.stem for file in FILES} >= {"votes", "temperature", "dedup", "training", "rounds"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestFile:
    def test_our_own_check_finds_nothing(self, file: Path) -> None:
        assert check(file).mistakes == []

    def test_wandbs_own_schema_takes_it(self, file: Path) -> None:
        config = pytest.importorskip("sweeps.config", reason="W&B's sweep schema: pip install --no-deps sweeps")
        assert config.schema_violations_from_proposed_config(load(file)) == []

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_agents_command_line_is_good(self, file: Path, number: int) -> None:
        pytest.importorskip("wandb")
        sweep = load(file)
        words = command_line(sweep, draw(sweep, number))
        assert words[:3] == ["python", "-m", "crescent"]
        preflight(Command(words[3:]))

    def test_the_header_says_the_question_and_the_command(self, file: Path) -> None:
        header = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        assert "?" in header[0]
        assert any(f"wandb sweep --project crescent sweeps/{file.name}" in line for line in header)
        assert load(file)["metric"] == {"name": "dev/best", "goal": "maximize"}
