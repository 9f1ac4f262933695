from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.loop.stages.context import Context
from crescent.loop.stages.pool import open_pool
from crescent.records import Question
from crescent.runs.stage import Stage

TEXTS = {"r01-a": "Ann has 3 apples. How many?", "r01-b": "A train drives for two hours. How far does it go?"}
NEW = {"r02-a": "A wall is 4 feet high and long. What is its area?", "r02-b": "Tom sells nine pens. What does he earn?"}


def write(context: Context, name: str, texts: dict[str, str], wave: int = 1) -> Stage:
    stage = context.run.stage(name, 1, {}, {})
    stage.begin()
    rows = [Question(id=id, round=1, wave=wave, text=text) for id, text in texts.items()]
    stage.shards("accepted").write(wave, rows)
    return stage


@pytest.fixture
def context(tmp_path: Path, context_of: Callable[..., Context]) -> Context:
    context = context_of(tmp_path)
    write(context, "round-01/questions", TEXTS)
    return context


def opened(context: Context, waves: set[int]) -> dict[str, str]:
    stage = context.run.stage("round-02/questions", 1, {}, {})
    return dict(open_pool(context, ["round-01/questions"], stage, waves))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_holds_the_questions_of_earlier_rounds(context: Context) -> None:
    assert opened(context, set()) == TEXTS


def test_it_holds_the_finished_waves_only(context: Context) -> None:
    write(context, "round-02/questions", NEW, wave=1)
    write(context, "round-02/questions", {"r02-c": "Half written: how many is 7?"}, wave=2)
    assert opened(context, {1}) == {**TEXTS, **NEW}


def test_what_a_killed_wave_left_in_it_is_taken_out(context: Context) -> None:
    stage = context.run.stage("round-02/questions", 1, {}, {})
    index = open_pool(context, ["round-01/questions"], stage, set())
    assert index.admit(list(NEW.values()), list(NEW)) == [None, None]
    assert opened(context, set()) == TEXTS
    assert opened(context, set()) == TEXTS


def test_an_index_that_fits_is_opened_as_it_stands(context: Context) -> None:
    opened(context, set())
    folder = context.run.path / "pool"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert opened(context, set()) == TEXTS
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before


def test_a_text_that_changed_under_its_id_is_noticed(context: Context) -> None:
    opened(context, set())
    folder = context.run.path / "round-01" / "questions" / "accepted"
    for path in folder.iterdir():
        path.unlink()
    changed = dict.fromkeys(TEXTS, "Another question altogether: how many is 5?")
    write(context, "round-01/questions", changed)
    assert opened(context, set()) == changed


def cut(content: bytes) -> bytes:
    return b""


def overwritten(content: bytes) -> bytes:
    return b"\xff" * len(content)


def flipped(content: bytes) -> bytes:
    """One bit, in the middle of the last number or word."""
    return content[:-4] + bytes([content[-4] ^ 1]) + content[-3:]


ARRAYS = [
    "exact.digests",
    "exact.rows",
    "id_keys",
    "minhash.bits",
    "minhash.offsets",
    "minhash.shingles",
    "minhash.table",
]


@pytest.mark.parametrize("damage", ["manifest.json", "segment-*/rows.jsonl", *(f"segment-*/{a}.npy" for a in ARRAYS)])
@pytest.mark.parametrize("how", [cut, overwritten, flipped])
def test_a_damaged_pool_is_made_again_and_said(context: Context, damage: str, how: Callable[[bytes], bytes]) -> None:
    opened(context, set())
    before = contents(context.run.path / "pool")
    [victim] = (context.run.path / "pool").glob(damage)
    victim.write_bytes(how(victim.read_bytes()))
    said: list[str] = []
    context.report.say = said.append  # type: ignore[method-assign]
    assert opened(context, set()) == TEXTS
    assert len(said) == 1 and "cannot be read" in said[0] and "made again from the questions" in said[0]
    assert opened(context, set()) == TEXTS
    assert len(said) == 1
    assert contents(context.run.path / "pool") == before


def test_an_empty_pool(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path)
    stage = context.run.stage("round-01/questions", 1, {}, {})
    assert dict(open_pool(context, [], stage, set())) == {}


def test_a_rebuilt_pool_has_the_order_of_arrival(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    """Of several near questions the earliest is named, and the rewrite prompt quotes it: another order, another run."""
    context = context_of(tmp_path)
    stage = context.run.stage("round-01/questions", 1, {}, {})
    stage.begin()
    rewrites = {"q0": 1, "q1": 0, "q2": 2, "q3": 0}
    rows = [Question(id=id, round=1, wave=1, text=f"{id}: how many?", rewrites=n) for id, n in rewrites.items()]
    stage.shards("accepted").write(1, rows)
    (tmp_path / "pool").mkdir()
    assert [id for id, _ in open_pool(context, [], stage, {1})] == ["q1", "q3", "q0", "q2"]
