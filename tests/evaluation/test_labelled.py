"""Questions with known answers from local files: what is recognised, what is refused and in which words."""

import json
from pathlib import Path
from typing import Any

import pytest

from crescent.config.schema import Audit
from crescent.errors import ConfigError, DataError
from crescent.evaluation.labelled import data_file, read_labelled
from crescent.voting.truth import true_answer

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"


def written(folder: Path, *rows: Any, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) if name.endswith("l") else json.dumps(rows))
    return path


def test_gsm8k_is_recognised(tmp_path: Path) -> None:
    path = written(tmp_path, {"question": "How many?", "answer": "He has 2 * 600 = 1,200.\n#### 1,200"})
    [question], [truth] = read_labelled(path, Audit(), true_answer)
    assert (question.id, question.text, truth.question, truth.answer) == (
        "row-000001",
        "How many?",
        question.id,
        "1200",
    )


def test_svamp_is_recognised(tmp_path: Path) -> None:
    row = {"Body": "Ann has 3 pens, Bob 4", "Question": " How many?", "Answer": 7.0, "Equation": "3 + 4"}
    [question], [truth] = read_labelled(written(tmp_path, row, name="rows.json"), Audit(), true_answer)
    assert (question.text, truth.answer) == ("Ann has 3 pens, Bob 4. How many?", "7")


def test_columns_by_name(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"question": "no", "problem": "yes?", "solution": "So \\boxed{\\frac{1}{2}}.", "answer": 3}
    )
    [question], [truth] = read_labelled(path, Audit(question="problem", answer="solution"), true_answer)
    assert (question.text, truth.answer) == ("yes?", "0.5")


@pytest.mark.parametrize(("name", "rows"), [("gsm8k", 1319), ("svamp", 1000)])
def test_the_published_files_can_be_read_whole(name: str, rows: int) -> None:
    if not (SHARED / name).is_dir():
        pytest.skip(f"needs ../shared/data/{name}")
    questions, truths = read_labelled(data_file(str(SHARED / name)), Audit(), true_answer)
    assert len(questions) == len(truths) == rows
    assert all(truth.answer.lstrip("-")[0].isdigit() for truth in truths)


def test_the_limit_takes_the_first_rows(tmp_path: Path) -> None:
    path = written(tmp_path, *({"question": f"{i}?", "answer": str(i)} for i in range(5)))
    questions, _ = read_labelled(path, Audit(limit=2), true_answer)
    assert [question.text for question in questions] == ["0?", "1?"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"question": "a?", "answer": "1"}\n{"question": "\xff"}\n', "row 2: not UTF-8"),
        (b'{"question": "a?", "answer": "1"}\n{"question": \n', "row 2: not valid JSON"),
        (b'{"question": "a?", "answer": "1"}\n{"answer": "1"}\n', "row 2: column `question` is missing or empty"),
        (b'{"question": "a?", "answer": "1"}\n{"question": "b?", "answer": null}\n', "row 2: column `answer`"),
        (b'{"question": "a?", "answer": "#### "}\n', "row 1: no answer can be read from answer='#### '"),
        (b'{"question": "a?", "answer": {"n": 1}}\n', "row 1: no answer"),
        (b"\n", "at least one row"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_labelled(path, Audit(), true_answer)
    assert words in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_line_separator_inside_a_text_cuts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question": "one\u2028two?", "answer": "1"}\n', encoding="utf-8")
    [question], _ = read_labelled(path, Audit(), true_answer)
    assert question.text == "one\u2028two?"


def test_absent_columns_are_named_all_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, {"problem": "a?", "solutions": "1"})
    with pytest.raises(ConfigError) as error:
        read_labelled(path, Audit(question="problems"), true_answer)
    assert len(error.value.mistakes) == 2
    assert "audit.question=problems" in error.value.mistakes[0]
    assert error.value.mistakes[0].endswith("has the columns problem, solutions; did you mean problem?")
    assert "audit.answer: name the column" in error.value.mistakes[1]


def test_files_and_folders(tmp_path: Path) -> None:
    only = written(tmp_path, {"a": 1}, name="any.json")
    (tmp_path / "LICENSE").touch()
    assert data_file(str(tmp_path)) == only
    test = written(tmp_path, {"a": 1}, name="test.jsonl")
    assert data_file(str(tmp_path)) == test
    assert data_file(str(only)) == only
    (tmp_path / "empty").mkdir()
    for data, words in (
        (None, "audit.data is null"),
        (tmp_path / "absent.jsonl", "no such file"),
        (tmp_path / "empty", "no test.jsonl"),
        (tmp_path / "LICENSE", "not a .jsonl, .json or .csv file"),
    ):
        with pytest.raises(ConfigError, match=words):
            data_file(None if data is None else str(data))
