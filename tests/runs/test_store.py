"""Two runs with equal stages: one makes them, the other links them in, whatever happens in between."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crescent.errors import DamagedError
from crescent.records import Question
from crescent.runs.atomic import TEMPORARY
from crescent.runs.events import EventLog
from crescent.runs.manifest import MANIFEST, SPEC, Facts, Manifest, Spec
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import FollowedStage, Stage
from crescent.runs.store import Store, texts_of

NAME = "round-01/questions"


class Counted(Facts, frozen=True):
    accepted: int = 0


def stage(run: Path, store: Path, target: int = 5) -> Stage:
    run.mkdir(exist_ok=True)
    config = {"seed": 1, "questions": {"target": target}}
    plan = Spec(stage=NAME, version=1, config=config, inputs={"model": "ab"})
    return Stage(run, plan, EventLog(run / "events.jsonl"), Store(store))


def make(opened: Stage) -> Manifest:
    """As a stage does it: look, and make what is not there."""
    if (manifest := opened.finished()) is not None:
        return manifest
    opened.begin()
    with opened.work():
        opened.shards("accepted").write(0, [Question(id="q0", round=1, wave=1, text="How many?")])
    return opened.finish(Counted(accepted=1), tokens=7)


def places(store: Path) -> list[Path]:
    return [path.parent for path in store.glob(f"*/*/{MANIFEST}")]


def test_an_equal_stage_is_linked_in_and_costs_nothing(tmp_path: Path) -> None:
    one, store = tmp_path / "one", tmp_path / "store"
    made = make(stage(one, store))
    taken = make(stage(tmp_path / "other", store))
    assert (taken.files, taken.facts, taken.outcome) == (made.files, made.facts, made.outcome)
    assert (made.tokens, taken.tokens, taken.seconds) == (7, 0, 0.0)
    [name] = made.files
    assert (one / NAME / name).samefile(tmp_path / "other" / NAME / name)
    assert EventLog(tmp_path / "other/events.jsonl").taken_over(NAME) == {}
    assert EventLog(one / "events.jsonl").taken_over(NAME) is None
    # From now on it is a stage like any other.
    assert make(stage(tmp_path / "other", store)) == taken
    assert next(ShardFolder(tmp_path / "other" / NAME / "accepted").stream(Question)).text == "How many?"


def test_another_plan_is_made_by_itself(tmp_path: Path) -> None:
    make(stage(tmp_path / "one", tmp_path / "store"))
    assert make(stage(tmp_path / "other", tmp_path / "store", target=6)).tokens == 7
    assert len(places(tmp_path / "store")) == 2


def test_answers_that_differ_in_the_vote_alone_have_the_same_texts() -> None:
    def plan(**voting: object) -> Spec:
        return Spec(stage="round-01/answers", version=1, config={"voting": voting}, inputs={})

    assert texts_of(plan(samples=8, min_votes=1)) == texts_of(plan(samples=8, min_votes=2))
    assert texts_of(plan(samples=8)) != texts_of(plan(samples=4))


def test_a_stage_begun_here_is_replaced_by_one_that_another_run_finished_since(tmp_path: Path) -> None:
    begun = stage(tmp_path / "one", tmp_path / "store")
    assert begun.finished() is None
    begun.begin()
    with begun.work():
        begun.shards("accepted").write(3, [])
    assert begun.store is not None
    begun.store.release()  # as the kernel does when the process is killed
    make(stage(tmp_path / "other", tmp_path / "store"))
    taken = make(stage(tmp_path / "one", tmp_path / "store"))
    assert taken.tokens == 0
    assert taken.seconds == EventLog(tmp_path / "one/events.jsonl").seconds(NAME)
    assert [path.name for path in (tmp_path / "one" / NAME / "accepted").iterdir()] == [
        Path(name).name for name in taken.files
    ]


def test_what_was_finished_without_the_store_comes_into_it_later(tmp_path: Path) -> None:
    """A kill between the manifest and the store, or a claim that an older version began."""
    opened = stage(tmp_path / "one", tmp_path / "store")
    opened.store = None
    make(opened)
    assert places(tmp_path / "store") == []
    assert make(stage(tmp_path / "one", tmp_path / "store")).tokens == 7
    assert make(stage(tmp_path / "other", tmp_path / "store")).tokens == 0


@pytest.mark.parametrize("name", [SPEC, MANIFEST, "accepted"])
def test_damage_in_the_store_is_found_and_the_stage_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make(stage(tmp_path / "one", tmp_path / "store"))
    [entry] = places(tmp_path / "store")
    [path] = (entry / name).iterdir() if name == "accepted" else [entry / name]
    path.write_bytes(path.read_bytes()[:-20])
    if name == SPEC:  # is not read there
        assert make(stage(tmp_path / "other", tmp_path / "store")).tokens == 0
        return
    made = make(stage(tmp_path / "other", tmp_path / "store"))
    assert made.tokens == 7
    assert "was cut or altered; this stage is removed there and made anew" in capsys.readouterr().err
    with pytest.raises(DamagedError):  # a link is the same file: the first run finds out too
        stage(tmp_path / "one", tmp_path / "store").finished()
    assert make(stage(tmp_path / "third", tmp_path / "store")).tokens == 0


def test_copies_where_there_can_be_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refused)
    made = make(stage(tmp_path / "one", tmp_path / "store"))
    assert make(stage(tmp_path / "other", tmp_path / "store")).files == made.files


MAKER = """
import sys, time
from pathlib import Path
from tests.runs.test_store import make, stage
from crescent.runs.stage import Stage

run, store, signal = (Path(each) for each in sys.argv[1:])
begin = Stage.begin
def slowly(self):
    begin(self)
    signal.touch()
    while signal.exists():
        time.sleep(0.01)
Stage.begin = slowly
print(make(stage(run, store)).tokens)
"""


def maker(tmp_path: Path, name: str) -> "subprocess.Popen[str]":
    """A process that makes the stage of run `name`, and stops in the middle while the file `name`.busy is there."""
    words = [str(tmp_path / each) for each in (name, "store", f"{name}.busy")]
    return subprocess.Popen(
        [sys.executable, "-c", MAKER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def seen(path: Path, process: "subprocess.Popen[str]") -> None:
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_of_two_runs_at_once_the_second_waits_and_samples_nothing(tmp_path: Path) -> None:
    first = maker(tmp_path, "first")
    seen(tmp_path / "first.busy", first)
    second = maker(tmp_path, "second")
    assert second.stderr is not None
    assert "another run is making it; waiting for that" in second.stderr.readline()
    (tmp_path / "first.busy").unlink()
    assert (first.communicate()[0], second.communicate()[0]) == ("7\n", "0\n")
    assert not (tmp_path / "second.busy").exists()


def test_a_run_killed_in_the_middle_keeps_nobody_waiting(tmp_path: Path) -> None:
    first = maker(tmp_path, "first")
    seen(tmp_path / "first.busy", first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert make(stage(tmp_path / "second", tmp_path / "store")).tokens == 7
    again = make(stage(tmp_path / "first", tmp_path / "store"))  # goes on, and finds that the other one was faster
    assert again.tokens == 0
    assert not list((tmp_path).rglob(f"{TEMPORARY}*"))


def test_other_ranks_wait_until_rank_0_has_looked(tmp_path: Path) -> None:
    make(stage(tmp_path / "one", tmp_path / "store"))
    plan = stage(tmp_path / "two", tmp_path / "store").spec
    events, decided = EventLog(tmp_path / "two/events.jsonl"), tmp_path / "decided"
    follows = FollowedStage(tmp_path / "two", plan, events, decided=decided)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(follows.finished)
        time.sleep(0.1)
        assert not waiting.done()
        manifest = Stage(tmp_path / "two", plan, events, Store(tmp_path / "store"), decided).finished()
        assert manifest is not None
        assert waiting.result() == manifest
