"""A proposer that learns, through the real command line: killed while it is trained, and of another model's teacher."""

import json
import time
from pathlib import Path

import pytest

from tests.system.commandline import TINY, begin, contents, crescent, differences, run_folder, tail

pytestmark = pytest.mark.system
RZERO = (
    "+experiment=rzero_lite_nano", *TINY[1:], "rounds=2", "voting.samples=4", "training.epochs=1",
    "evaluation.tasks=[nano_math]", "evaluation.samples=null", "evaluation.base=false",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_while_it_is_trained_a_run_ends_the_same(tmp_path: Path) -> None:
    whole = crescent(*RZERO, output=tmp_path / "whole")
    assert whole.returncode == 0, tail(whole)
    process = begin(*RZERO, output=tmp_path / "killed")
    deadline = time.monotonic() + 240
    pattern = "*/round-02/proposer/scratch/checkpoints/step-*"
    while not list((tmp_path / "killed").glob(pattern)) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    folder = run_folder(tmp_path / "killed")
    assert not (folder / "round-02/proposer/manifest.json").exists()
    done = crescent(*RZERO, output=tmp_path / "killed")
    assert done.returncode == 0, tail(done)
    assert differences(contents(run_folder(tmp_path / "whole")), contents(folder)) == []


def test_in_a_distillation_the_teachers_copy_asks_the_teacher_answers_and_the_student_learns(tmp_path: Path) -> None:
    done = crescent(*RZERO, "student=nano", "training.start_from=base", output=tmp_path)
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path)

    def inputs(stage: str) -> dict[str, str]:
        found: dict[str, str] = json.loads((folder / stage / "manifest.json").read_text())["content"]["spec"]["inputs"]
        return found

    teacher, student = inputs("round-01/questions")["model"], inputs("round-01/training")["start"]
    assert inputs("round-02/proposer")["start"] == teacher == inputs("round-02/answers")["model"]
    assert inputs("round-02/questions")["model"] not in (teacher, student)
    assert inputs("round-02/training")["start"] == student
    sizes = [
        json.loads((folder / f"round-02/{kind}/model/config.json").read_text()) for kind in ("proposer", "training")
    ]
    assert sizes[0]["vocab_size"] != sizes[1]["vocab_size"]
