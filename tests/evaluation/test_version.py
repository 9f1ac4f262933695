import json
from pathlib import Path

import pytest

from crescent.evaluation.version import task_version

TASK = """
include: base.yaml
task: mine
custom_dataset: !function rows.load
dataset_kwargs:
  file: mine.jsonl
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(TASK)
    (tmp_path / "base.yaml").write_text("output_type: generate_until\ntest_split: test\n")
    (tmp_path / "rows.py").write_text("def load(file, **_): ...\n")
    (tmp_path / "mine.jsonl").write_text(json.dumps({"question": "1 + 1?", "answer": "2"}))
    return tmp_path / "mine.yaml"


def fresh(*arguments: str) -> str:
    task_version.cache_clear()
    return task_version(*arguments)


@pytest.mark.parametrize("name", ["mine.yaml", "base.yaml", "rows.py", "mine.jsonl"])
def test_every_file_that_decides_a_figure_is_part_of_it(task: Path, name: str) -> None:
    before = fresh(str(task))
    assert fresh(str(task)) == before
    with (task.parent / name).open("a") as file:
        file.write("\n# changed\n")
    assert fresh(str(task)) != before


def test_local_data_count_by_content_not_by_place(tmp_path: Path) -> None:
    for name, answer in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test.jsonl").write_text(json.dumps({"question": "?", "answer": answer}))
    one, same, other = (fresh("gsm8k", str(tmp_path / name)) for name in "abc")
    assert one == same != other
    assert one != fresh("gsm8k")


def test_a_group_has_the_files_of_its_members() -> None:
    assert len({fresh(name) for name in ("mmlu", "mmlu_stem", "nano_math", "nano_dev")}) == 4


def test_the_parts_of_this_package_that_grade_are_part_of_it(
    task: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voting = tmp_path / "crescent" / "voting"
    voting.mkdir(parents=True)
    (voting / "extraction.py").write_text("one = 1\n")
    monkeypatch.setattr("crescent.evaluation.version.PACKAGE", tmp_path / "crescent")
    before = fresh(str(task))
    (voting / "extraction.py").write_text("one = 2\n")
    assert fresh(str(task)) == before  # Nothing of this task imports it.
    (tmp_path / "rows.py").write_text("from crescent.voting import equivalent\n")
    imported = fresh(str(task))
    (voting / "extraction.py").write_text("one = 3\n")
    assert fresh(str(task)) != imported
    with_package = fresh(str(task))
    monkeypatch.setattr("crescent.evaluation.version._math_verify", lambda: "0.0")
    assert fresh(str(task)) != with_package
