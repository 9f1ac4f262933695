"""What `--keys` says of a slot: every choice, from the class itself."""

from pathlib import Path

import pytest

from crescent.commands.help import help_text
from crescent.commands.keys import keys_text
from crescent.config.slots import SLOTS

MODULE = '''
from dataclasses import dataclass, field
from crescent.config.schema import option
from crescent.loop.sources.bait import Bait

@dataclass
class Olympiad(Bait):
    """Problems of competitions.

    More of it.
    """

    level: int = option(3, low=1)
    """How hard
    they are."""
    years: list[int] = field(default_factory=lambda: [1999])
    path: object = None
'''


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are as wide as the terminal that the tests are started in says."""
    monkeypatch.setenv("COLUMNS", "120")


def test_a_choice_is_a_sentence_and_its_settings_with_bounds_defaults_and_meaning() -> None:
    text = keys_text(["gate"])
    assert "    points: A round is kept when its dev accuracy is higher than the best before it.\n" in text
    assert (
        "      evaluation.gate.rule.min_gain=0.0: a number from -1 to 1\n"
        "          Accept when dev accuracy rises by more than this over the best model so far.\n"
    ) in text


def test_what_packages_declare_stands_beside_ours_also_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "olympiads.py").write_text(MODULE)
    info = tmp_path / "olympiads-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: olympiads\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[crescent.source]\nolympiad = olympiads:Olympiad\ngone = olympiads:Gone\n")
    monkeypatch.syspath_prepend(tmp_path)
    text = keys_text(["source"])
    assert "    bait: Every question is asked for with `questions.bait`.\n" in text
    assert "    gone: source.use=gone: olympiads has no class Gone\n" in text
    assert (
        "    olympiad: Problems of competitions.\n"
        "      source.level=3: a whole number of at least 1\n"
        "          How hard they are.\n"
        "      source.years=[1999]: a list of whole numbers, such as [1,2]\n"
        "      source.path=null\n"
    ) in text


@pytest.mark.parametrize("group", SLOTS)
def test_every_slot_can_be_asked_for_by_its_group(group: str) -> None:
    text = keys_text([group])
    assert f"  {SLOTS[group].key}.use takes, and {group}=... chooses:\n" in text
    assert "package.module:Class" in text
    assert group in help_text().partition("steps of your own:")[2]
