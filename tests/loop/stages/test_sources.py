"""Sources in the stage `questions`: what is given is not generated, rounds go on behind each other, ends are named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.loop.stages import questions
from crescent.loop.stages.context import Context
from crescent.records import Drop, Given, Question
from crescent.runs.manifest import MANIFEST, Manifest
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

ContextOf = Callable[..., Context]
ROWS = ["Ann has 3 pears. How many?", "", "Tom sees 9 big red ships. What now?", "ann has 3 PEARS.  how many?", "Why?"]


def own(folder: Path, rows: list[str] = ROWS, **settings: object) -> Config:
    config = tiny()
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps({"question": row}) + "\n" for row in rows))
    config.source = {"use": "file", "path": str(path), **settings}
    config.questions.target, config.questions.wave_size, config.questions.min_yield = 2, 3, 0.0
    return config


def rows(context: Context, number: int, kind: str, row: type) -> list:  # type: ignore[type-arg]
    return list(ShardFolder(context.run.path / f"round-{number:02d}/questions/{kind}").stream(row))


def test_a_file_is_read_on_over_rounds_and_nothing_is_generated(tmp_path: Path, context_of: ContextOf) -> None:
    context = context_of(tmp_path / "run", own(tmp_path))
    made: list[Manifest] = [questions.run(context, 1, context.base, [])]
    accepted = rows(context, 1, "accepted", Question)
    assert [(row.text, row.origin) for row in accepted] == [
        (ROWS[0], "file own.jsonl, row 1"), (ROWS[2], "file own.jsonl, row 3"),
    ]  # fmt: skip
    assert made[0].facts["drops"] == {"empty": 1, "near-duplicate": 1} and made[0].facts["rewrites"] == 0
    [drop] = [row for row in rows(context, 1, "drops", Drop) if row.reason == "near-duplicate"]
    assert (drop.text, drop.other) == (ROWS[3], accepted[0].id)
    assert made[0].tokens == 0 and made[0].facts["decoder"] is None
    assert not list((context.run.path / "round-01/questions").glob("*written-*"))
    assert "source own.jsonl" in made[0].spec.inputs
    made.append(questions.run(context, 2, context.base, made))
    facts = made[1].facts
    assert [row.text for row in rows(context, 2, "accepted", Question)] == ["Why?"]
    assert (facts["ending"], facts["rewrites"], facts["origins"]) == (
        "the source has no more",
        0,
        {"file own.jsonl": 1},
    )
    assert [row.text for row in rows(context, 1, "given-001", Given)] == ROWS[:2]
    with pytest.raises(StageError, match=r"round 3: the source of questions \(source.use=file\) has no more"):
        questions.run(context, 3, context.base, made)


def test_own_questions_are_screened_where_it_is_asked_for(tmp_path: Path, context_of: ContextOf) -> None:
    config = own(tmp_path, screened=True)
    config.questions.target = 3
    context = context_of(tmp_path / "run", config)
    drops = questions.run(context, 1, context.base, []).facts["drops"]
    assert drops == {"empty": 1, "near-duplicate": 1, "no-quantity": 1}


@pytest.mark.parametrize("lost", ["waves/00002.*", "*/00002.*", "given-002/*"])
def test_a_mixture_that_was_cut_off_comes_out_the_same(tmp_path: Path, context_of: ContextOf, lost: str) -> None:
    config = own(tmp_path, [f"Ann has {n} pears and {n} figs. How many has she?" for n in range(30)])
    few = {"use": "fewshot", "examples": 1, "prompt": "Write a word problem.{examples}"}
    parts = [{"use": "bait"}, config.source, few]
    config.source = {"use": "mixed", "parts": parts}
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 40, 12, 2
    context = context_of(tmp_path / "run", config)
    whole = questions.run(context, 1, context.base, [])
    assert set(whole.facts["origins"]) >= {"bait", "file own.jsonl"}
    assert whole.tokens > 0
    folder = context.run.path / "round-01/questions"
    (folder / MANIFEST).unlink()
    for path in [*folder.glob("waves/00002.*"), *folder.glob(lost)]:
        path.unlink(missing_ok=True)
    again = questions.run(context_of(tmp_path / "run", config), 1, context.base, [])
    assert (again.files, again.facts, again.tokens) == (whole.files, whole.facts, whole.tokens)


def test_the_model_goes_on_with_an_empty_turn(tmp_path: Path, context_of: ContextOf) -> None:
    config = tiny()
    config.source = {"use": "empty", "begin": "Ann has"}
    config.questions.sampling.stop = ["\nSolve it"]  # nano's users ask for the solution in the same breath
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 4, 8, 1
    context = context_of(tmp_path / "run", config)
    questions.run(context, 1, context.base, [])
    accepted, drops = rows(context, 1, "accepted", Question), rows(context, 1, "drops", Drop)
    texts = [row.text for row in accepted if not row.rewrites]
    assert texts and all(text.startswith("Ann has ") and "<|" not in text for text in texts)
    assert {row.origin for row in accepted} == {"empty"} and len(accepted) + len(drops) >= 4
