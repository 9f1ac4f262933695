"""Our sources keep the contract."""

import json
from pathlib import Path
from typing import Any

import pytest

from crescent.testing import SourceContract


def lines(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def questions(path: Path, count: int) -> str:
    return lines(path, *({"question": f"How many are {number} and {number + 1}?"} for number in range(count)))


class TestBait(SourceContract):
    @pytest.fixture
    def section(self, tmp_path: Path) -> dict[str, Any]:
        return {"use": "bait"}


class TestFile(SourceContract):
    @pytest.fixture(params=[{}, {"shuffle": True}, {"limit": 7}, {"shuffle": True, "limit": 60}])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "file", "path": questions(tmp_path / "own.jsonl", 30), **request.param}


class TestVary(SourceContract):
    @pytest.fixture
    def section(self, tmp_path: Path) -> dict[str, Any]:
        return {"use": "vary", "path": questions(tmp_path / "seeds.jsonl", 5)}


class TestFewshot(SourceContract):
    @pytest.fixture(params=[True, False])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "fewshot"} | ({"path": questions(tmp_path / "few.jsonl", 9)} if request.param else {})


class TestEmpty(SourceContract):
    @pytest.fixture(params=["", "If "])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"use": "empty", "begin": request.param}


class TestDocuments(SourceContract):
    @pytest.fixture(params=[{}, {"shuffle": True}, {"times": 3}])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        (tmp_path / "book.txt").write_text("\n\n".join(f"Chapter {n}. The farm has {n} hens." for n in range(12)))
        return {"use": "documents", "path": str(tmp_path / "book.txt"), "size": 60, **request.param}


class TestMixed(SourceContract):
    @pytest.fixture(params=[True, False])
    def section(self, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
        few = {"use": "file", "path": questions(tmp_path / "few.jsonl", 8), "share": 2}
        more = {"use": "file", "path": questions(tmp_path / "more.jsonl", 25), "shuffle": True}
        return {"use": "mixed", "parts": [few, more, *([{"use": "bait", "share": 0.5}] if request.param else [])]}
