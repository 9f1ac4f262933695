"""Whatever is wrong with what a source reads is one line, said before anything is made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.checks import check
from crescent.config.schema import Config
from crescent.config.slots import SLOTS
from crescent.errors import ConfigError
from tests.conftest import tiny

Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def made(name: str, content: str) -> str:
        (tmp_path / name).write_text(content)
        return str(tmp_path / name)

    return made


def said(section: dict[str, Any], **backend: Any) -> str:
    """The one line about a section whose settings are good."""
    assert list(SLOTS["source"].mistakes(section)) == []
    config = tiny()
    config.source, config.evaluation.tasks, config.evaluation.dev_task = section, [], None
    for name, value in backend.items():
        setattr(config.backend if name == "name" else config.model, name, value)
    with pytest.raises(ConfigError) as error:
        check(config)
    [line] = error.value.mistakes
    assert "\n" not in line and line.startswith(f"source.use={section['use']}")
    return line


ONE, TWO = '{"question": "One?"}\n', '{"question": "Two?"}\n'


@pytest.mark.parametrize(
    ("use", "content", "line"),
    [
        ("file", ONE + '{"text": "Two?"}\n', "row 2 has no column `question`; it has text"),
        ("file", ONE + '{"question": 7}\n', "row 2: column `question` is int (7), not text"),
        ("file", ONE + '{"question": ["a"]}\n', "row 2: column `question` is list (['a']), not text"),
        ("file", ONE + '{"question":\n', "row 2: not valid JSON"),
        ("file", "", "must hold at least one row"),
        ("vary", ONE + '{"question": " "}\n' + TWO, "row 2: column `question` is empty"),
        ("vary", ONE + '{"question": " One?"}\n', "fewer than two different problems"),
        ("fewshot", ONE + TWO, "has 2 rows, fewer than examples=4"),
        ("documents", ONE, "row 1 has no column `text`; it has question"),
        ("documents", '{"text": " "}\n{"text": null}\n', "has no text to ask about"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_place(write: Write, use: str, content: str, line: str) -> None:
    path = write("own.jsonl", content)
    assert line in (found := said({"use": use, "path": path})) and path in found


@pytest.mark.parametrize("use", ["file", "vary", "fewshot", "documents"])
@pytest.mark.parametrize("path", ["nowhere.jsonl", "./nowhere", "a/b/c", "book.txt", "nowhere/own.parquet"])
def test_a_file_that_is_not_there(use: str, path: str) -> None:
    assert f"there is no file {path}; this package has embedded:nano and embedded:nano_questions" in said(
        {"use": use, "path": path}
    )


def test_other_kinds_of_files(write: Write, tmp_path: Path) -> None:
    assert "no Parquet file that can be read" in said({"use": "file", "path": write("own.parquet", "text")})
    csv = {"use": "file", "path": write("own.csv", "a,b\n1,2\n")}
    assert "row 1 has no column `question`; it has a, b" in said(csv)
    (tmp_path / "latin.txt").write_bytes("né".encode("latin-1"))
    assert "is not UTF-8 text" in said({"use": "documents", "path": str(tmp_path / "latin.txt")})
    assert "has no text to ask about" in said({"use": "documents", "path": write("empty.txt", " \n\n \n")})


def test_prompts_show_what_they_are_about(write: Write) -> None:
    path = write("own.jsonl", ONE * 4)
    assert "its prompt has no {examples}" in said({"use": "fewshot", "path": path, "prompt": "Write one."})
    assert "its example has no {question}" in said({"use": "fewshot", "path": path, "example": "One:"})
    assert "its prompt has no {passage}" in said({"use": "documents", "path": path, "prompt": "Write one."})


def test_parts_are_checked_like_sections() -> None:
    parts = [{"use": "bite", "share": 0}, {"use": "file", "pth": "x", "share": "much"}, {"use": "bait", "share": True}]
    assert [each.text for each in SLOTS["source"].mistakes({"use": "mixed", "parts": parts}, Config())] == [
        "source.parts[0].share=0: must be a number above 0",
        "source.parts[0].use=bite: no such choice; it takes bait, documents, empty, fewshot, file, mixed, vary, "
        "package.module:Class; did you mean bait?",
        "source.parts[1].share=much: must be a number above 0",
        "source.parts[1].pth: unknown key; did you mean path?",
        "source.parts[1].path is missing: give it a value",
        "source.parts[2].share=True: must be a number above 0",
    ]
    for parts, line in (
        ([], "source.parts is empty: give sections, such as [{use: bait, share: 1}]"),
        ("bait", "source.parts=bait: must be a list"),
        (["bait"], "source.parts=[bait]: must be a list of mappings"),
    ):
        [mistake] = SLOTS["source"].mistakes({"use": "mixed", "parts": parts}, Config())
        assert mistake.text.startswith(line)


def test_what_a_part_reads_is_said_with_its_number() -> None:
    parts = [{"use": "bait"}, {"use": "file", "path": "nowhere.csv"}]
    assert "parts[1] (file): there is no file nowhere.csv" in said({"use": "mixed", "parts": parts})


def test_an_empty_turn_needs_a_backend_and_a_template() -> None:
    line = "backend=server goes on with no text that is begun; take backend=transformers or vllm"
    assert line in said({"use": "empty"}, name="server")
    assert line in said({"use": "mixed", "parts": [{"use": "bait"}, {"use": "empty"}]}, name="server")
    assert "model.chat_template=plain has no user's turn" in said({"use": "empty"}, chat_template="plain")


STRANGER = """
class Silent:
    def ask(self, turn): return None
    def inputs(self): return {}
class Wrong(Silent):
    def ask(self, turn): return "A question?"
class Nothing(Silent):
    def ask(self, turn):
        from crescent.loop.sources.source import Asked
        return Asked(origin="here")
class Breaks(Silent):
    def ask(self, turn): raise KeyError("level")
"""


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Silent", "has no questions"),
        ("Wrong", "ask must return Asked or None, and returns str"),
        ("Nothing", "ask must give one of prompt, begin and question"),
        ("Breaks", "KeyError: 'level'"),
    ],
)
def test_a_class_of_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str) -> None:
    (tmp_path / "stranger_source.py").write_text(STRANGER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "stranger_source", raising=False)
    assert line in said({"use": f"stranger_source:{name}"})


def test_what_is_good_is_not_said(write: Write) -> None:
    config = tiny()
    config.evaluation.tasks, config.evaluation.dev_task = [], None
    rows = "".join(json.dumps({"question": f"{n}?"}) + "\n" for n in range(4))
    for use in ("file", "vary", "fewshot"):
        config.source = {"use": use, "path": write("own.jsonl", rows)}
        check(config)
