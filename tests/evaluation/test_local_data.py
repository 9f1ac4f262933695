import json
from pathlib import Path

import pytest
import yaml

from crescent.errors import DataError
from crescent.evaluation.local_data import check_folder, load, read_rows, split_files, write_task
from crescent.evaluation.task_file import Function, read_task
from crescent.evaluation.tasks import find_task

GSM8K = find_task("gsm8k")
assert GSM8K is not None
CONFIG = read_task(GSM8K)


def rows(folder: Path, name: str, *lines: dict[str, object]) -> None:
    (folder / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def mistakes(folder: Path, shots: int | None = 0) -> list[str]:
    return list(check_folder("gsm8k", CONFIG, folder, shots))


def test_nothing_wrong(tmp_path: Path) -> None:
    rows(tmp_path, "test.jsonl", {"question": "1 + 1?", "answer": "#### 2", "extra": 1})
    assert mistakes(tmp_path) == []


def test_missing_column(tmp_path: Path) -> None:
    rows(tmp_path, "test.jsonl", {"question": "1 + 1?", "solution": "#### 2"})
    file = tmp_path / "test.jsonl"
    assert mistakes(tmp_path) == [
        f"evaluation.local_data.gsm8k: {file}, row 1 has no column `answer`, which the task gsm8k reads; "
        "it has question, solution"
    ]


def test_a_later_row_without_a_value(tmp_path: Path) -> None:
    rows(tmp_path, "test.jsonl", {"question": "a", "answer": "1"}, {"question": "b"}, {"question": None, "answer": "1"})
    (mistake,) = mistakes(tmp_path)
    assert "row 2: column `answer`" in mistake


def test_missing_files_and_folder(tmp_path: Path) -> None:
    assert "has no test.jsonl" in mistakes(tmp_path)[0]
    assert "no such folder" in mistakes(tmp_path / "nowhere")[0]


def test_worked_examples_need_their_split(tmp_path: Path) -> None:
    rows(tmp_path, "test.jsonl", {"question": "a", "answer": "1"})
    (mistake,) = mistakes(tmp_path, shots=None)  # gsm8k's own 5
    assert "train.jsonl" in mistake


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("test.jsonl", b'{"a": 1}\n\n{"a": \n', "row 3: not valid JSON"),
        ("test.json", b'[{"a": 1},\n {"a" 2}]', "line 2: not valid JSON"),
        ("test.csv", b"a,b\n", "at least one row"),
        ("test.jsonl", b"[1, 2]", "must be a mapping"),
        ("test.jsonl", b'{"a": "\xff"}', "not UTF-8"),
    ],
)
def test_unreadable_files_are_named_with_the_row(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_rows(tmp_path / name)


def test_the_three_formats_hold_the_same(tmp_path: Path) -> None:
    expected = [{"question": "why, so?", "answer": "1"}, {"question": "é", "answer": "2"}]
    rows(tmp_path, "a.jsonl", *expected)
    (tmp_path / "a.json").write_text(json.dumps(expected))
    (tmp_path / "a.csv").write_text('question,answer\n"why, so?",1\né,2\n', encoding="utf-8-sig")
    assert [read_rows(tmp_path / f"a{suffix}") for suffix in (".jsonl", ".json", ".csv")] == [expected] * 3


def test_a_single_file_of_any_name_is_the_test(tmp_path: Path) -> None:
    rows(tmp_path, "SVAMP.jsonl", {"question": "a", "answer": "1"})
    assert split_files(CONFIG, tmp_path) == {"test": tmp_path / "SVAMP.jsonl"}
    rows(tmp_path, "other.jsonl", {"question": "a", "answer": "1"})
    assert split_files(CONFIG, tmp_path) == {}


def test_the_written_task_changes_the_data_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    rows(data, "test.jsonl", {"question": "a", "answer": "1"})
    written = read_task(write_task("gsm8k", GSM8K, CONFIG, data, tmp_path))
    changed = {key for key in written if written[key] != CONFIG.get(key)}
    assert changed == {"dataset_kwargs", "custom_dataset", "training_split", "fewshot_split"}
    assert isinstance(written["custom_dataset"], Function)


def test_columns_of_mixed_types(tmp_path: Path) -> None:
    rows(tmp_path, "test.jsonl", {"a": 1}, {"a": "x"})
    with pytest.raises(DataError, match="different types"):
        load({"test": str(tmp_path / "test.jsonl")})


def test_a_task_file_is_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- 1")
    with pytest.raises(yaml.YAMLError, match="a mapping"):
        read_task(tmp_path / "a.yaml")
