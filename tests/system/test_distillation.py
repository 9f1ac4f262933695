"""Distillation through the real command line: teacher and student share no tokenizer; a student that cannot be."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crescent.models.locate import locate
from tests.system.commandline import TINY, crescent, run_folder, tail

pytestmark = pytest.mark.system
DISTIL = (*TINY, "student=nano", "evaluation.tasks=[nano_math]", "evaluation.samples=null")


def test_the_teacher_writes_every_round_and_the_student_is_trained(tmp_path: Path) -> None:
    done = crescent(*DISTIL, "evaluation.gate.enabled=false", output=tmp_path)
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path)
    stages = {path.parent.relative_to(folder).as_posix(): path for path in folder.glob("*/*/manifest.json")}
    inputs = {name: json.loads(path.read_text())["content"]["spec"]["inputs"] for name, path in stages.items()}
    teacher, base = (inputs[f"{name}/evaluation"]["model"] for name in ("teacher", "base"))
    assert teacher != base
    for number in (1, 2):
        assert inputs[f"round-{number:02d}/questions"]["model"] == teacher
        assert inputs[f"round-{number:02d}/answers"]["model"] == teacher
        assert inputs[f"round-{number:02d}/training"]["start"] == base
        config = json.loads((folder / f"round-{number:02d}/training/model/config.json").read_text())
        student = json.loads((Path(locate("embedded:nano/student")) / "config.json").read_text())
        assert {key: config[key] for key in ("model_type", "vocab_size")} == {
            key: student[key] for key in ("model_type", "vocab_size")
        }
    summary = json.loads((folder / "summary.json").read_text())
    assert {part["started_from"] for part in summary["rounds"]} == {"base"}
    assert summary["teacher"]["evaluation"]["nano_math"]["against_base"] is not None
    assert "The student nano-student learned from nano" in done.stdout
    page = (folder / "report.html").read_text()
    assert '<th scope="row">teacher</th>' in page
    command = [sys.executable, "-m", "crescent", "verify", str(folder)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert verified.returncode == 0, tail(verified)
    again = crescent(*DISTIL, "evaluation.gate.enabled=false", output=tmp_path)
    assert "This run is complete" in again.stdout


def test_seed_problems_take_the_place_of_the_bait(tmp_path: Path) -> None:
    done = crescent(*DISTIL, "rounds=1", "source=vary", "source.path=embedded:nano", output=tmp_path)
    assert done.returncode == 0, tail(done)
    plan = json.loads((run_folder(tmp_path) / "round-01/questions/manifest.json").read_text())["content"]["spec"]
    assert "source embedded:nano" in plan["inputs"]


def test_a_student_with_the_tokenizer_of_its_teacher_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    mixed = Path(shutil.copytree(locate("embedded:nano/student"), tmp_path / "mixed"))
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(Path(locate("embedded:nano")) / name, mixed / name)
    done = crescent(*DISTIL, f"student.path={mixed}", output=tmp_path / "out")
    assert done.returncode == 1, tail(done)
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith(f"student.path {mixed}: its tokenizer has 891 tokens and its embedding 640 rows: they are")
    assert not list((tmp_path / "out").glob("*/*/manifest.json"))


def test_a_student_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    bare = Path(shutil.copytree(locate("embedded:nano/student"), tmp_path / "bare"))
    (bare / "chat_template.jinja").unlink()
    done = crescent(*DISTIL, f"student.path={bare}", output=tmp_path / "out")
    assert done.returncode == 1, tail(done)
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert "no chat template" in line
    assert "student.chat_template" in line


def test_no_seed_problems_and_no_student_are_said_before_anything_is_made(tmp_path: Path) -> None:
    nothing = crescent(*DISTIL, "source=vary", "source.path=nowhere.jsonl", output=tmp_path)
    assert nothing.returncode == 2
    assert "source.use=vary: there is no file nowhere.jsonl" in nothing.stderr
    none = crescent(*TINY, "student.path=somewhere", output=tmp_path)
    assert none.returncode == 2
    assert "student is null here; choose a student that has it" in none.stderr
    assert not tmp_path.is_dir() or not list(tmp_path.iterdir())
