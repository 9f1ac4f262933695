"""Every slot: whatever is wrong with what fills it is a line of its own at its own key, before anything is made."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.checks import check
from crescent.config.rules import broken_rules
from crescent.config.schema import Config
from crescent.config.slots import SLOTS, choosing
from crescent.errors import ConfigError
from tests.conftest import tiny

METHODS = {
    "source": ("ask(self, turn)", "inputs(self)"),
    "dedup": ("wave(self, texts, pool, among)", "merge(self, segments)"),
    "backend": ("open(self, model)", "stream(self, shards, sampling, seed, report)"),
    "label": (
        "decide(self, question, solutions, voting)",
        "needs(self)",
        "settled(self, answers, voting)",
        "weigh(self, consensus, solutions, voting)",
    ),
    "select": ("select(self, candidates, number, seed)",),
    "objective": (
        "lesson(self, prompt, pair)",
        "module(self, model, plan, after_step)",
        "sequences(self)",
        "reference(self)",
    ),
    "gate": ("judge(self, trial)", "words(self, dev_task)"),
}
"""The methods of each protocol that have no default."""

ATTRIBUTES = {"dedup": "    name = 'mine'\n    expensive = False\n", "backend": "    decoder = 'mine'\n"}
BASES = {"backend": "OwnBackend"}
MODULE = """
from dataclasses import dataclass
from crescent.config.schema import option
from crescent.generation.own import OwnBackend

@dataclass
class Good({base}):
    level: int = option(3, low=1)
{attributes}{methods}

@dataclass
class Lacks({base}):
{attributes}{others}

class Other(Good):
    def {name}(self, *, wrong): ...
"""


def method(text: str) -> str:
    return f"    def {text}: return {{}}\n"


@pytest.fixture(params=SLOTS)
def slot(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A slot, and a module for it on the Python path."""
    name = str(request.param)
    first, *others = METHODS[name]
    text = MODULE.format(
        base=BASES.get(name, "object"),
        attributes=ATTRIBUTES.get(name, ""),
        methods="".join(method(each) for each in METHODS[name]),
        others="".join(method(each) for each in others) or "    pass\n",
        name=first.partition("(")[0],
    )
    (tmp_path / "bad_slots.py").write_text(text)
    (tmp_path / "bad_needs.py").write_text("import not_installed_anywhere")
    (tmp_path / "bad_breaks.py").write_text("def f(:")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in ("bad_slots", "bad_needs", "bad_breaks"):
        sys.modules.pop(module, None)


def said(slot: str, **section: Any) -> list[str]:
    """What a run with this section would be told, all rules asked."""
    config: Any = tiny()
    *groups, last = SLOTS[slot].key.split(".")
    group = config
    for name in groups:
        group = getattr(group, name)
    setattr(group, last, section)
    if slot == "backend":
        config.backend.name = "own"
    assert isinstance(config, Config)
    return [mistake.text for mistake in broken_rules(config)]


def test_a_good_one_is_taken(slot: str) -> None:
    assert said(slot, use="bad_slots:Good", level=4) == []


@pytest.mark.parametrize(
    ("use", "more", "line"),
    [
        ("bad_slots:Goood", {}, "use=bad_slots:Goood: bad_slots has no class Goood; did you mean Good?"),
        ("nowhere.at:All", {}, "use=nowhere.at:All: there is no module nowhere on the Python path"),
        ("bad_needs:Good", {}, "needs `not_installed_anywhere`, which is not installed"),
        ("bad_breaks:Good", {}, "its module bad_breaks cannot be imported: invalid syntax"),
        ("bad_slots:Good", {"level": 0}, "level=0: must be a whole number of at least 1"),
        ("bad_slots:Good", {"level": "high"}, "level=high: must be a whole number of at least 1"),
        ("bad_slots:Good", {"levle": 2}, "levle: unknown key; did you mean level?"),
        ("bad_slots", {}, "use=bad_slots: no such choice; it takes "),
        ("", {}, "use=: must be a name or package.module:Class"),
    ],
)
def test_one_line_names_the_key(slot: str, use: str, more: dict[str, Any], line: str) -> None:
    [text] = said(slot, use=use, **more)
    assert text.startswith(f"{SLOTS[slot].key}.") and line in text and "\n" not in text


def test_a_method_that_is_not_there_and_one_that_takes_something_else(slot: str) -> None:
    first = METHODS[slot][0]
    name, arguments = first.partition("(")[0], first.partition("(")[2].removeprefix("self, ").removeprefix("self")
    key = SLOTS[slot].key
    [text] = said(slot, use="bad_slots:Lacks")
    assert text == f"{key}.use=bad_slots:Lacks: the class has no method {name}({arguments}, see docs/extending.md"
    [text] = said(slot, use="bad_slots:Other")
    assert text == f"{key}.use=bad_slots:Other: its method {name} must take ({arguments}, and takes (wrong)"


def test_a_backend_of_ones_own_is_missed_where_it_is_not_named() -> None:
    config = tiny()
    config.backend.name = "own"
    assert any("backend.own" in mistake.text for mistake in broken_rules(config))


def test_a_package_takes_no_name_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a module's nor that of a file of `conf/`, which chooses more than the slot."""
    info = tmp_path / "greedy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greedy\nVersion: 1.0\n")
    names = {"dedup": "minhash", "backend": "vllm", "gate": "points", "label": "own"}
    declared = [f"[crescent.{slot}]\n{name} = greedy:All\nmine = greedy:All\n" for slot, name in names.items()]
    (info / "entry_points.txt").write_text("".join(declared))
    monkeypatch.syspath_prepend(tmp_path)
    for slot, name in names.items():
        assert choosing(f"{slot}={name}") == [f"{slot}={name}"]
        assert choosing(f"{slot}=mine") == [f"{slot}=own", f"{SLOTS[slot].key}.use=mine"]


def test_a_near_duplicate_test_has_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a pool keeps of a text has the name of the test."""
    head = "from crescent.dedup.keyed import KeyedStep", "class Mine(KeyedStep):"
    lines = [*head, "    name = 'exact'", "    def key(self, text): ..."]
    code = "\n".join(lines)
    (tmp_path / "taken_name.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    config = tiny()
    assert config.evaluation.contamination is not None
    config.dedup.own = config.evaluation.contamination.own = {"use": "taken_name:Mine"}
    with pytest.raises(ConfigError) as error:
        check(config)
    assert error.value.mistakes == [
        f"{key}.use=taken_name:Mine: its name is exact, which is one of ours: give it another"
        for key in ("dedup.own", "evaluation.contamination.own")
    ]
