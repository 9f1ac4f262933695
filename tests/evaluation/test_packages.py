from pathlib import Path

from crescent.evaluation.packages import missing_packages
from crescent.evaluation.tasks import check_tasks

CODE = """
import json, no_such_package.inner
from another_missing import thing
import beside
from . import sibling
try:
    import guarded_missing
except ImportError:
    guarded_missing = None

def later():
    import lazy_missing
"""


def test_what_is_imported_at_once_and_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text(CODE)
    (tmp_path / "beside.py").write_text("")
    assert missing_packages([tmp_path / "rows.py"]) == ["another_missing", "no_such_package"]


def test_the_harnesss_own_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text("from lm_eval.tasks.gsm8k import nothing\nfrom lm_eval.api import task\n")
    assert missing_packages([tmp_path / "utils.py"]) == []


def test_a_task_with_a_missing_package_is_named_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text("import no_such_package\n")
    (tmp_path / "mine.yaml").write_text("task: mine\ncustom_dataset: !function rows.load\ntest_split: test\n")
    task = str(tmp_path / "mine.yaml")
    assert check_tasks([task], {}) == [f"{task}: its code needs the package `no_such_package`, which is not installed"]
