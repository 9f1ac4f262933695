"""Waves of the embedded model's own questions, with settings that make near-duplicates frequent."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.loop.stages import questions
from crescent.loop.stages.context import Context
from crescent.records import Completion, Drop, Question, WaveCount
from crescent.runs.manifest import MANIFEST, Manifest
from crescent.runs.shards import ShardFolder, read_checked
from tests.conftest import tiny


def crowded() -> Config:
    """Every second question is like another: the threshold is low, and one rewrite is allowed."""
    config = tiny()
    assert config.dedup.minhash is not None
    config.dedup.minhash.threshold = 0.25
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 60, 16, 2
    config.questions.min_yield = 0.0
    return config


@dataclass
class Made:
    context: Context
    rounds: list[Manifest]

    def rows(self, number: int) -> tuple[list[Question], list[Drop], list[WaveCount]]:
        folder = self.context.run.path / f"round-{number:02d}" / "questions"
        return (
            list(ShardFolder(folder / "accepted").stream(Question)),
            list(ShardFolder(folder / "drops").stream(Drop)),
            list(ShardFolder(folder / "waves").stream(WaveCount)),
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, context_of: Callable[..., Context]) -> Made:
    """Two rounds of two waves."""
    context = context_of(tmp_path_factory.mktemp("questions"), crowded())
    found = Made(context, [])
    for number in (1, 2):
        found.rounds.append(questions.run(context, number, context.base, found.rounds))
    return found


@pytest.mark.parametrize("number", [1, 2])
def test_rows_in_are_rows_out_and_drops_wave_by_wave(made: Made, number: int) -> None:
    accepted, drops, waves = made.rows(number)
    assert [count.wave for count in waves] == [1, 2]
    for count in waves:
        prefix = f"r{number:02d}-w{count.wave:03d}-q"
        ours = [row.id for row in accepted if row.wave == count.wave]
        dropped = [row for row in drops if row.id.startswith(prefix)]
        assert (len(ours), len(dropped)) == (count.accepted, sum(count.drops.values()))
        assert sorted([*ours, *(row.id for row in dropped)]) == [f"{prefix}{i:05d}" for i in range(count.written)]
        for reason, size in count.drops.items():
            assert sum(row.reason == reason for row in dropped) == size
        assert count.tokens > 0
    facts = made.rounds[number - 1].facts
    assert facts["written"] == facts["accepted"] + sum(facts["drops"].values()) == sum(c.written for c in waves)
    assert facts["accepted"] == len(accepted)
    assert made.rounds[number - 1].tokens == facts["tokens"] == sum(count.tokens for count in waves)


def test_near_duplicates_name_an_earlier_question_of_the_pool(made: Made) -> None:
    pool: dict[str, str] = {}
    found = 0
    for number in (1, 2):
        accepted, drops, _ = made.rows(number)
        pool |= {row.id: row.text for row in accepted}
        for drop in drops:
            if drop.reason == "near-duplicate":
                found += 1
                assert drop.other in pool
                assert drop.test in ("exact", "minhash")
                assert drop.similarity is not None
                assert 0.25 <= drop.similarity <= 1.0
            else:
                assert (drop.other, drop.test, drop.similarity) == (None, None, None)
    assert found > 5


def test_later_rounds_collide_with_earlier_ones(made: Made) -> None:
    _, drops, _ = made.rows(2)
    assert any(drop.other is not None and drop.other.startswith("r01-") for drop in drops)


def test_what_was_accepted_is_like_nothing_else(made: Made) -> None:
    from crescent.dedup import deduplicate

    texts = [row.text for number in (1, 2) for row in made.rows(number)[0]]
    assert deduplicate(texts, made.context.config.dedup).kept == list(range(len(texts)))
    assert made.rounds[1].facts["pool"] == len(texts)


def test_some_rewrites_were_accepted(made: Made) -> None:
    rewritten = [row for number in (1, 2) for row in made.rows(number)[0] if row.rewrites]
    assert rewritten
    assert {row.rewrites for row in rewritten} == {1}
    assert all(count.rewrites >= 1 for count in made.rows(1)[2])


@pytest.mark.parametrize("lost", ["waves/00002.*", "*/00002.*", "rewritten-002-1/*", "pool"])
def test_a_wave_that_was_cut_off_comes_out_the_same(
    made: Made, tmp_path: Path, context_of: Callable[..., Context], lost: str
) -> None:
    import shutil

    copy = Path(shutil.copytree(made.context.run.path, tmp_path / "copy"))
    folder = copy / "round-02" / "questions"
    (folder / MANIFEST).unlink()
    for path in folder.glob("waves/00002.*"):
        path.unlink()
    if lost == "pool":
        shutil.rmtree(copy / "pool")
    for path in folder.glob(lost):
        path.unlink()
    found = questions.run(context_of(copy, crowded()), 2, made.context.base, made.rounds[:1])
    assert (found.files, found.facts, found.tokens) == (
        made.rounds[1].files, made.rounds[1].facts, made.rounds[1].tokens,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*.jsonl"))}


def test_rewrites_that_answer_other_requests_are_not_taken(
    made: Made, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    """Killed between rewriting and publishing; what started again decides otherwise which texts are near-duplicates."""
    context = context_of(tmp_path / "run", crowded())
    folder = tmp_path / "run" / "round-01" / "questions"
    questions.run(context, 1, context.base, [])
    expected = contents(folder)
    shard = next(iter(ShardFolder(folder / "rewritten-001-1").finished().values()))
    (folder / MANIFEST).unlink()
    for path in [*folder.glob("*/00002.*"), *folder.glob("*-002*/*"), *folder.glob("[adw]*/00001.*")]:
        if not path.parent.name.startswith("written"):
            path.unlink()
    # What another decision would have left: rewrites of other questions under this shard's number, one shard more than
    # are asked for now, an attempt more, and a wave that was begun and is not needed.
    rows = [msgspec.structs.replace(row, text=f"Foreign {n}: how many is {n}?") for n, row in enumerate(read(shard))]
    shard.unlink()
    rewritten = ShardFolder(folder / "rewritten-001-1")
    rewritten.write(0, rows, asked="f" * 16)
    rewritten.write(7, rows, asked="f" * 16)
    ShardFolder(folder / "written-003").write(0, rows, asked="f" * 16)
    ShardFolder(folder / "accepted").write(3, [Question(id="r01-w003-q00000", round=1, wave=3, text="Foreign?")])
    found = questions.run(context_of(tmp_path / "run", crowded()), 1, context.base, [])
    assert contents(folder) == expected
    assert found.files == made.rounds[0].files
    message = [event for event in context.run.events if event["event"] == "discard"]
    assert ("rewritten-001-1", [0, 7]) in [(event["kind"], event.get("shards")) for event in message]
    assert "written-003" in [event["kind"] for event in message]


def read(shard: Path) -> list[Completion]:
    return read_checked(shard, Completion)


def ended(folder: Path, context_of: Callable[..., Context], **settings: object) -> Manifest:
    config = crowded()
    config.questions.wave_size, config.questions.max_rewrites, config.questions.max_waves = 6, 0, 3
    for name, value in settings.items():
        setattr(config.questions, name, value)
    context = context_of(folder, config)
    return questions.run(context, 1, context.base, [])


@pytest.mark.parametrize(
    ("settings", "ending", "waves"),
    [
        ({"target": 1}, "target reached", 1),
        ({"max_waves": 2}, "wave limit reached (2)", 2),
        ({"max_tokens": 10}, "token budget spent (10)", 1),
        ({"min_yield": 1.0, "wave_size": 24}, "yield below 100% in wave 1", 1),
    ],
)
def test_endings(
    tmp_path: Path, context_of: Callable[..., Context], settings: dict[str, object], ending: str, waves: int
) -> None:
    manifest = ended(tmp_path, context_of, **settings)
    assert manifest.facts["ending"] == ending
    assert len(list((tmp_path / "round-01" / "questions" / "waves").iterdir())) == waves


def test_the_last_wave_asks_for_no_more_than_the_target_needs(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    manifest = ended(tmp_path, context_of, target=2, wave_size=100)
    assert 2 <= manifest.facts["written"] < 20


def test_unchecked_rewrites_all_enter_the_pool(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    manifest = ended(tmp_path, context_of, recheck_rewrites=False, max_rewrites=1, wave_size=16, max_waves=1, target=50)
    assert manifest.facts["rewrites"] > 0
    assert "near-duplicate" not in manifest.facts["drops"]


def test_no_question_at_all_says_what_became_of_the_texts(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = crowded()
    config.questions.sampling.max_new_tokens, config.questions.max_waves = 1, 1
    context = context_of(tmp_path, config)
    for _ in range(2):
        with pytest.raises(StageError, match=r"round 1: none of the 16 texts .* \(16 cut-off\)"):
            questions.run(context, 1, context.base, [])


def test_a_wave_of_another_batch_size_is_the_same(
    made: Made, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = crowded()
    config.backend.batch_size = 16
    context = context_of(tmp_path, config)
    assert questions.run(context, 1, context.base, []).files == made.rounds[0].files
