"""Slots: a class is found by name or place, and everything wrong with it is said before a run, a line each."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crescent.config.overrides import Overrides
from crescent.config.schema import Config
from crescent.config.slots import SLOTS, choosing, code_of

SOURCE = SLOTS["source"]
MODULE = """
from dataclasses import dataclass
from crescent.config.schema import option
from crescent.loop.sources.source import Asked

@dataclass
class Olympiad:
    level: int = option(3, low=1)
    path: str | None = None
    def ask(self, turn): return Asked(origin="here", question=f"What is {self.level} + 1?")
    def inputs(self): return {}

class Lacks:
    def __init__(self, *, path: str) -> None: ...
    def ask(self, turn, more): ...

class Free:
    def __init__(self, **settings) -> None: self.settings = settings
    def ask(self, turn): ...
    def inputs(self): return {}

class Objects(Free):
    def mistakes(self, config): yield f"{config.name} has no level"

class Strict(Free):
    def __init__(self, parts: list[dict]) -> None:
        if not parts: raise ValueError("parts has none")

NUMBER = 3
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module of somebody else's on the Python path."""
    (tmp_path / "stranger_slots.py").write_text(MODULE)
    (tmp_path / "stranger_needs.py").write_text("import not_installed_anywhere")
    (tmp_path / "stranger_breaks.py").write_text("raise ValueError('no licence')")
    monkeypatch.syspath_prepend(tmp_path)
    yield "stranger_slots"
    for name in ("stranger_slots", "stranger_needs", "stranger_breaks"):
        sys.modules.pop(name, None)


def said(**section: object) -> list[str]:
    return [mistake.text for mistake in SOURCE.mistakes(section)]


def test_one_of_ours_and_a_strangers_are_built_with_their_settings(stranger: str) -> None:
    assert said(use="bait") == said(use=f"{stranger}:Olympiad", level=4) == said(use=f"{stranger}:Free", any=1) == []
    assert SOURCE.build({"use": f"{stranger}:Olympiad", "level": 4}).level == 4
    assert SOURCE.build({"use": f"{stranger}:Free", "any": 1}).settings == {"any": 1}


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ({"use": "bite"}, ["no such choice; it takes bait, ", "did you mean bait?"]),
        ({"use": None}, ["source.use=null: must be a name or package.module:Class"]),
        ({"use": "nothere.at:All"}, ["there is no module nothere on the Python path"]),
        ({"use": "stranger_slots:Olympiade"}, ["stranger_slots has no class Olympiade; did you mean Olympiad?"]),
        ({"use": "stranger_slots:NUMBER"}, ["has no class NUMBER"]),
        ({"use": "stranger_needs:Any"}, ["its module stranger_needs needs `not_installed_anywhere`"]),
        ({"use": "stranger_breaks:Any"}, ["stranger_breaks cannot be imported: no licence"]),
        ({"use": "stranger_slots:Olympiad", "level": 0}, ["source.level=0: must be a whole number of at least 1"]),
        ({"use": "stranger_slots:Olympiad", "path": 3}, ["source.path=3: must be text or null"]),
        ({"use": "stranger_slots:Olympiad", "levle": 2}, ["source.levle: unknown key; did you mean level?"]),
        ({"use": "bait", "level": 2}, ["source.level: unknown key; what source.use names takes no settings"]),
    ],
)
def test_a_mistake_is_one_line(stranger: str, section: dict[str, object], lines: list[str]) -> None:
    [text] = said(**section)
    assert all(line in text for line in lines)


def test_all_that_a_class_lacks_is_said_at_once(stranger: str) -> None:
    assert said(use=f"{stranger}:Lacks") == [
        "source.use=stranger_slots:Lacks: its method ask must take (turn), and takes (turn, more)",
        "source.use=stranger_slots:Lacks: the class has no method inputs(), see docs/extending.md",
        "source.path is missing: give it a value",
    ]


def test_a_class_objects_to_what_the_run_is_once_its_settings_are_good(stranger: str) -> None:
    section = {"use": f"{stranger}:Objects"}
    assert [each.text for each in SOURCE.mistakes(section, Config(name="mine"))] == ["source: mine has no level"]
    assert said(use=f"{stranger}:Strict", parts=[]) == [
        "source.use=stranger_slots:Strict: cannot be made: parts has none"
    ]


def test_a_section_inside_another_is_checked_at_its_own_place(stranger: str) -> None:
    [wrong] = SOURCE.mistakes({"use": f"{stranger}:Olympiad", "level": 0}, key="source.parts[1]")
    assert wrong.text == "source.parts[1].level=0: must be a whole number of at least 1"
    assert wrong.keys == ("source.parts[1].level",)


def test_a_strangers_code_is_an_input_and_ours_is_not(stranger: str, tmp_path: Path) -> None:
    digest = hashlib.sha256((tmp_path / "stranger_slots.py").read_bytes()).hexdigest()
    own = {"use": f"{stranger}:Olympiad"}
    assert SOURCE.code({"use": "bait"}) == {}
    assert SOURCE.code({"use": "bait", "parts": [{"use": "bait"}, own], "inner": own}) == {
        "source.parts[1].use": digest,
        "source.inner.use": digest,
    }
    assert code_of(Config(source=own), "source") == {"source.use": digest}
    assert code_of(Config(), *SLOTS) == {}


def test_a_package_declares_a_short_name(stranger: str, tmp_path: Path) -> None:
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[crescent.source]\nolympiad = {stranger}:Olympiad\nbait = {stranger}:Free\n"
    )
    assert "olympiad" in SOURCE.names() and said(use="olympiad", level=2) == []
    assert SOURCE.find("bait").__module__ == "crescent.loop.sources.bait"
    assert choosing("source=olympiad") == ["source=own", "source.use=olympiad"]
    [wrong] = Overrides(["source=olympid"], {"source": ["bait", "own"]}, False).mistakes
    assert wrong.text == (
        "source=olympid: no such choice; source takes bait, own, olympiad, package.module:Class; did you mean olympiad?"
    )


def test_every_implementation_of_ours_has_what_its_slot_asks_for() -> None:
    for slot in SLOTS.values():
        for name in slot.names():
            needed = (": give it a value", "is missing")
            wrong = [
                each.text for each in slot.mistakes({"use": name}) if not any(word in each.text for word in needed)
            ]
            assert wrong == []


def test_a_class_is_chosen_on_the_command_line_and_nothing_heavy_is_loaded(stranger: str, tmp_path: Path) -> None:
    assert choosing(f"source={stranger}:Olympiad") == ["source=own", f"source.use={stranger}:Olympiad"]
    assert choosing("source=bait") == ["source=bait"]
    code = (
        "import sys; from crescent.cli import main; code = main(['source=stranger_slots:Olympiad', 'source.level=no']);"
        "print(code, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert "source.level=no: must be a whole number of at least 1" in done.stderr
    assert done.stdout.split() == ["2", "False"]
