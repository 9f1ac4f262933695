"""How long a run will still take, by hand-made plans and times."""

import json
import shutil
from pathlib import Path

import pytest

from crescent.loop.outlook import Outlook, outlook
from crescent.runs.folder import write_json
from tests.conftest import tiny

pytestmark = pytest.mark.slow
DONE = ("base/evaluation", "round-01/questions", "round-01/answers")


@pytest.fixture
def begun(copied_run: Path) -> Path:
    """A run with three finished stages that took 20, 30 and 5 seconds."""
    for manifest in copied_run.glob("*/*/manifest.json"):
        if (name := manifest.parent.relative_to(copied_run).as_posix()) not in DONE:
            shutil.rmtree(manifest.parent)
            continue
        sealed = json.loads(manifest.read_text())
        sealed["content"]["seconds"] = (20.0, 30.0, 5.0)[DONE.index(name)]
        manifest.write_text(json.dumps(sealed))
    (copied_run / "events.jsonl").unlink()
    (copied_run / "plan.json").unlink()
    return copied_run


def planned(folder: Path, seconds: float | None) -> None:
    stages = [f"base/{part}" for part in ("evaluation",)]
    parts = ("questions", "answers", "dataset", "training", "evaluation")
    stages += [f"round-0{number}/{part}" for number in (1, 2) for part in parts]
    write_json(folder / "plan.json", {"stages": [{"stage": stage, "seconds": seconds} for stage in stages]})


def test_the_plan_is_corrected_by_what_its_stages_took(begun: Path) -> None:
    planned(begun, 10.0)
    # Twice as long for a benchmark, three times for questions, half for the vote; 55 / 30 for what none is finished of.
    left = 2 * 20 + 30 + 5 + 4 * 10 * 55 / 30
    found = outlook(begun, tiny())
    assert (found.done, found.total) == (3, 11)
    assert found.seconds == pytest.approx(left)
    assert found.current == pytest.approx(10 * 55 / 30)


def test_what_a_stage_has_used_already_is_not_left(begun: Path) -> None:
    planned(begun, 10.0)
    before = outlook(begun, tiny()).seconds
    work = {"event": "work", "stage": "round-02/questions", "seconds": 12.0}
    (begun / "events.jsonl").write_text(json.dumps(work) + "\n")
    assert before is not None
    assert outlook(begun, tiny()).seconds == pytest.approx(before - 12)


def test_without_estimates_the_finished_stages_tell_if_there_is_one_of_each_kind(begun: Path) -> None:
    planned(begun, None)
    assert outlook(begun, tiny()) == Outlook(3, 11, None)
    assert outlook(begun, tiny()).words() == "stage 4 of 11"
    for name in ("dataset", "training"):
        (begun / f"round-01/{name}").mkdir()
        write_json(begun / f"round-01/{name}/manifest.json", {"content": {"seconds": 1.0}})
    assert outlook(begun, tiny()).seconds == 2 * 20 + 30 + 5 + 1 + 1


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (200, "3 min"), (9000, "2.5 h"), (-5, "0 s")])
def test_words_are_as_rough_as_an_estimate(seconds: float, words: str) -> None:
    assert Outlook(4, 14, seconds + 7, seconds + 7).words(7) == f"stage 5 of 14, about {words} left"


def test_a_stage_that_takes_longer_takes_nothing_from_the_later_ones() -> None:
    found = Outlook(done=9, total=14, seconds=600.0, current=240.0)
    assert found.words(elapsed=120.0) == "stage 10 of 14, about 8 min left"
    assert found.words(elapsed=9000.0) == "stage 10 of 14, about 6 min left"
