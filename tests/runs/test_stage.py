from pathlib import Path
from typing import Any

import pytest

from crescent.errors import DamagedError, RunFolderError, StageError
from crescent.records import Question
from crescent.runs.atomic import TEMPORARY, publish
from crescent.runs.events import EventLog
from crescent.runs.manifest import MANIFEST, Facts, Manifest, Spec
from crescent.runs.stage import Stage

NAME = "round-01/questions"


class Counted(Facts, frozen=True):
    accepted: int = 0
    decoder: str | None = None


def stage(run: Path, **config: Any) -> Stage:
    plan = Spec(stage=NAME, version=1, config={"seed": 1, **config}, inputs={"model": "ab"})
    return Stage(run, plan, EventLog(run / "events.jsonl"))


def fill(opened: Stage, *indices: int) -> None:
    for index in indices:
        with opened.work(shard=index):
            opened.shards("accepted").write(index, [Question(id=f"q{index}", round=1, wave=index, text="How many?")])


def made(run: Path) -> Manifest:
    opened = stage(run)
    opened.begin()
    fill(opened, 0, 1)
    return opened.finish(Counted(accepted=2), tokens=7)


def test_begin_fill_finish(tmp_path: Path) -> None:
    opened = stage(tmp_path)
    assert opened.finished() is None
    assert not opened.path.exists()
    manifest = made(tmp_path)
    assert stage(tmp_path).finished() == manifest
    assert (manifest.facts, manifest.tokens) == ({"accepted": 2, "decoder": None}, 7)
    assert sorted(manifest.files) == sorted(f"accepted/{p.name}" for p in (opened.path / "accepted").iterdir())


def test_begun_is_not_finished(tmp_path: Path) -> None:
    stage(tmp_path).begin()
    fill(stage(tmp_path), 0)
    assert stage(tmp_path).finished() is None


def test_other_settings_are_refused_before_and_after_the_end(tmp_path: Path) -> None:
    stage(tmp_path).begin()
    with pytest.raises(RunFolderError, match="target: absent -> 5"):
        stage(tmp_path, target=5).finished()
    made(tmp_path)
    with pytest.raises(RunFolderError, match="target: absent -> 5"):
        stage(tmp_path, target=5).finished()


def test_an_interrupted_stage_that_goes_on_has_the_same_manifest(tmp_path: Path) -> None:
    whole = made(tmp_path / "whole")
    interrupted = stage(tmp_path / "cut")
    interrupted.begin()
    fill(interrupted, 0)
    publish(interrupted.path / "accepted" / f"{TEMPORARY}1-00001", b"half")
    onward = stage(tmp_path / "cut")
    assert onward.finished() is None
    onward.begin()
    fill(onward, 1)
    manifest = onward.finish(Counted(accepted=2), tokens=7)
    assert (manifest.spec, manifest.files, manifest.facts) == (whole.spec, whole.files, whole.facts)
    assert manifest.outcome == whole.outcome


def test_scratch_and_debris_are_no_part_of_the_outcome(tmp_path: Path) -> None:
    plain = made(tmp_path / "plain")
    opened = stage(tmp_path / "more")
    opened.begin()
    publish(opened.scratch / "checkpoint" / "state", b"large")
    publish(opened.path / "model" / f"{TEMPORARY}9-weights", b"half")
    publish(opened.path / f"{TEMPORARY}9-model" / "weights", b"half")
    fill(opened, 0, 1)
    assert opened.finish(Counted(accepted=2), tokens=7).outcome == plain.outcome


def test_files_named_like_ours_further_down_are_part_of_it(tmp_path: Path) -> None:
    opened = stage(tmp_path)
    opened.begin()
    publish(opened.path / "model" / "manifest.json", b"{}")
    publish(opened.path / "model" / "scratch" / "file", b"")
    assert set(opened.finish(Counted()).files) == {"model/manifest.json", "model/scratch/file"}


def test_damage_after_the_end_is_noticed(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    name = next(iter(manifest.files))
    path = stage(tmp_path).path / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError, match=path.name):
        stage(tmp_path).finished()
    path.unlink()
    with pytest.raises(DamagedError, match="missing"):
        stage(tmp_path).finished()


def test_a_damaged_manifest_is_noticed(tmp_path: Path) -> None:
    made(tmp_path)
    path = stage(tmp_path).path / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"tokens": 7', b'"tokens": 8'))
    with pytest.raises(DamagedError, match=MANIFEST):
        stage(tmp_path).finished()


def test_work_is_counted_only_when_it_is_done(tmp_path: Path) -> None:
    opened = stage(tmp_path)
    opened.begin()
    fill(opened, 0, 1)

    def interrupted() -> None:
        with opened.work():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    events = list(EventLog(tmp_path / "events.jsonl"))
    assert [event["shard"] for event in events if event["event"] == "work"] == [0, 1]
    manifest = opened.finish(Counted())
    worked = sum(event["seconds"] for event in events if event["event"] == "work")
    assert manifest.seconds == pytest.approx(worked, abs=1e-3)


def test_going_on_keeps_the_plan_as_it_was_written(tmp_path: Path) -> None:
    stage(tmp_path).begin()
    path = stage(tmp_path).path / "stage.json"
    before = path.stat().st_mtime_ns
    stage(tmp_path).begin()
    assert path.stat().st_mtime_ns == before


def test_what_was_noted_becomes_a_fact_also_over_a_kill(tmp_path: Path) -> None:
    opened = stage(tmp_path)
    opened.begin()
    assert opened.note(decoder="slots")
    onward = stage(tmp_path)
    onward.begin()
    assert not onward.note(decoder="slots")
    fill(onward, 0, 1)
    assert onward.finish(Counted(accepted=2)).facts == {"accepted": 2, "decoder": "slots"}
    other = Stage(tmp_path, Spec(stage="other", version=1, config={}, inputs={}), EventLog(tmp_path / "events.jsonl"))
    other.begin()
    assert other.finish(Counted()).facts == {"accepted": 0, "decoder": None}


def test_a_stage_that_says_nothing_of_itself_is_not_finished(tmp_path: Path) -> None:
    opened = stage(tmp_path)
    opened.begin()
    with pytest.raises(StageError, match="round-01/questions was to be finished without its facts"):
        opened.finish(None)
    assert opened.finished() is None
