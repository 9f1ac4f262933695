from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crescent.errors import DamagedError
from crescent.records import Question
from crescent.runs.atomic import TEMPORARY, digest
from crescent.runs.shards import ShardFolder


def questions(*texts: str) -> list[Question]:
    return [Question(id=f"q{number}", round=1, wave=1, text=text) for number, text in enumerate(texts)]


@pytest.fixture
def folder(tmp_path: Path) -> ShardFolder:
    return ShardFolder(tmp_path / "accepted")


def test_nothing_yet(folder: ShardFolder) -> None:
    assert folder.finished() == {}
    assert list(folder.stream(Question)) == []
    with pytest.raises(DamagedError, match="shard 0 is missing"):
        folder.read(0, Question)


def test_the_name_carries_index_and_digest(folder: ShardFolder) -> None:
    path = folder.write(3, questions("How many?"))
    assert path.name == f"00003.{digest(path.read_bytes())[:16]}.jsonl"
    assert folder.finished() == {3: path}
    assert folder.read(3, Question) == questions("How many?")


def test_an_empty_shard_is_a_finished_shard(folder: ShardFolder) -> None:
    folder.write(0, [])
    assert folder.read(0, Question) == []
    assert list(folder.finished()) == [0]


@given(order=st.permutations([0, 1, 9, 10, 99, 100, 99_999, 100_000, 1_234_567]))
@settings(max_examples=10, deadline=None)
def test_shards_are_read_in_index_order(order: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = ShardFolder(tmp_path_factory.mktemp("shards"))
    for index in order:
        folder.write(index, questions(str(index)))
    assert list(folder.finished()) == sorted(order)
    assert [row.text for row in folder.stream(Question)] == [str(index) for index in sorted(order)]


def test_writing_the_same_rows_again_changes_nothing(folder: ShardFolder) -> None:
    first = folder.write(0, questions("one", "two"))
    assert folder.write(0, questions("one", "two")) == first
    assert list(folder.path.iterdir()) == [first]


@pytest.mark.parametrize("texts", [("old", "new"), ("new", "old")])
def test_a_shard_that_is_made_anew_takes_the_place_of_the_old_one(folder: ShardFolder, texts: tuple[str, str]) -> None:
    for text in texts:
        folder.write(0, questions(text))
    assert [row.text for row in folder.stream(Question)] == [texts[1]]
    assert len(list(folder.path.iterdir())) == 1


@pytest.mark.parametrize(
    "name",
    [
        f"{TEMPORARY}7-00001.{'0' * 16}.jsonl",
        f"00001.{'0' * 16}.jsonl~",
        f"00001.{'0' * 15}.jsonl",
        f"0001.{'0' * 16}.jsonl",
        f"000001.{'0' * 16}.jsonl",
        f"00001.{'0' * 15}.{'0' * 16}.jsonl",
        f"00001.{'0' * 16}.{'0' * 16}.{'0' * 16}.jsonl",
        f"00001.{'G' * 16}.jsonl",
        "00001.jsonl",
        "notes.txt",
    ],
)
def test_foreign_files_are_no_shards(folder: ShardFolder, name: str) -> None:
    path = folder.write(0, questions("mine"))
    (folder.path / name).write_bytes(b"foreign")
    assert folder.finished() == {0: path}
    assert [row.text for row in folder.stream(Question)] == ["mine"]


@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_or_altered_shard_is_noticed(folder: ShardFolder, data: st.DataObject) -> None:
    path = folder.write(0, questions("How many apples?", "How many pears?"))
    whole = path.read_bytes()
    position = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from(["cut", "flip"]))
    flipped = whole[position] ^ (1 << data.draw(st.integers(0, 7)))
    path.write_bytes(whole[:position] + (b"" if damage == "cut" else bytes([flipped]) + whole[position + 1 :]))
    with pytest.raises(DamagedError, match="cut or altered") as message:
        folder.read(0, Question)
    assert path.name in str(message.value)
    with pytest.raises(DamagedError):
        list(folder.stream(Question))


def test_a_shard_under_another_shards_name_is_noticed(folder: ShardFolder) -> None:
    one, two = folder.write(0, questions("one")), folder.write(1, questions("two"))
    two.write_bytes(one.read_bytes())
    with pytest.raises(DamagedError, match=two.name):
        folder.read(1, Question)


def test_a_shard_of_other_rows_is_named_with_its_line(folder: ShardFolder) -> None:
    from crescent.records import Drop

    path = folder.write(0, [Drop(id="q0", text="t", reason="empty")])
    with pytest.raises(DamagedError, match=rf"{path.name}, line 1: not a Question row"):
        folder.read(0, Question)


ONE, OTHER = "1" * 16, "2" * 16


def test_the_name_also_carries_what_was_asked(folder: ShardFolder) -> None:
    path = folder.write(3, questions("How many?"), asked=ONE)
    assert path.name == f"00003.{ONE}.{digest(path.read_bytes())[:16]}.jsonl"
    assert folder.finished() == {3: path}
    assert folder.read(3, Question) == questions("How many?")


def test_only_the_answers_to_these_requests_count(folder: ShardFolder) -> None:
    for index, asked in enumerate([ONE, OTHER, None, ONE]):
        folder.write(index, questions(str(index)), asked=asked)
    wanted = {0: ONE, 1: ONE, 2: ONE}
    assert folder.answering(wanted) == {0}
    assert folder.discard_others(wanted) == [1, 2, 3]
    assert list(folder.finished()) == [0]
    assert folder.discard_others(wanted) == []


def test_answers_to_other_requests_take_the_place_of_the_old_ones(folder: ShardFolder) -> None:
    folder.write(0, questions("same text"), asked=ONE)
    path = folder.write(0, questions("same text"), asked=OTHER)
    assert list(folder.path.iterdir()) == [path]


def test_a_kill_while_a_shard_is_replaced_leaves_no_two_of_it(
    folder: ShardFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(0, questions("old"))
    folder.write(1, questions("kept"))

    def killed(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crescent.runs.shards.publish", killed)
    with pytest.raises(KeyboardInterrupt):
        folder.write(0, questions("new"))
    assert list(folder.finished()) == [1]


def test_two_files_for_one_shard_are_refused(folder: ShardFolder) -> None:
    path = folder.write(0, questions("mine"))
    other = ShardFolder(folder.path.parent / "elsewhere").write(0, questions("foreign"))
    (folder.path / other.name).write_bytes(other.read_bytes())
    for look in (folder.finished, lambda: list(folder.stream(Question)), lambda: folder.answering({})):
        with pytest.raises(DamagedError, match="are both shard 0") as message:
            look()
        assert path.name in str(message.value)
        assert other.name in str(message.value)
        assert "start the same command again" in str(message.value)
