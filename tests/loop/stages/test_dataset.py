"""The arms on hand-written questions and solutions: what the vote decides is known in advance."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema import Config, Dedup
from crescent.errors import StageError
from crescent.evaluation.loading import benchmark_questions
from crescent.loop.stages import dataset
from crescent.loop.stages.context import Context
from crescent.loop.stages.dataset import draw, exchange
from crescent.loop.stages.facts import AnswersFacts
from crescent.records import Drop, Pair, Question, Solution
from crescent.runs import rows
from crescent.runs.manifest import Facts, Manifest
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import decide
from crescent.voting.selection.selection import Candidate, Selected
from tests.conftest import tiny
from tests.facts import blank

VOTES = {
    "clear": ["7", "7", "7", "8"],
    "tied": ["1", "2", "1", "2"],
    "low": ["5", "4", "3", "5"],
    "none": [None, None, None, None],
    "sure": ["9", "9", "9", "9"],
}
"""Answers by question; with ties rejected and an agreement of 0.6 wanted, `clear` and `sure` are accepted."""


def configured(**training: object) -> Config:
    config = tiny()
    config.voting.min_agreement = 0.6
    for name, value in training.items():
        setattr(config.training, name, value)
    return config


def written(context: Context, number: int, votes: dict[str, list[str | None]] = VOTES) -> tuple[Manifest, Manifest]:
    """Finished `questions` and `answers` of a round, as those stages leave them."""
    ids = [f"r{number:02d}-{name}" for name in votes]
    asked = context.run.stage(f"round-{number:02d}/questions", 1, {}, {})
    asked.begin()
    asked.shards("accepted").write(1, [Question(id=id, round=number, wave=1, text=f"How many, {id}?") for id in ids])
    answered = context.run.stage(f"round-{number:02d}/answers", 1, {}, {})
    answered.begin()
    solutions = [
        [
            Solution(
                question=id, sample=sample, text=f"{id} sample {sample}: {answer}", answer=answer, match="marker",
                stop="stop", tokens=5, logprob=-0.5,
            )
            for sample, answer in enumerate(answers)
        ]
        for id, answers in zip(ids, votes.values(), strict=True)
    ]  # fmt: skip
    answered.shards("solutions/00").write(0, [row for group in solutions for row in group])
    outcomes = [decide(id, group, context.config.voting) for id, group in zip(ids, solutions, strict=True)]
    answered.shards("consensus").write(0, outcomes)
    drops = Counter(outcome.reason for outcome in outcomes if outcome.reason)
    return (
        asked.finish(Facts()),
        answered.finish(blank(AnswersFacts, questions=len(ids), drops=dict(drops))),
    )


def pairs_of(context: Context, manifest: Manifest) -> list[Pair]:
    return rows.read(context.run.path / manifest.spec.stage / dataset.FILE, Pair)


def made(context: Context, number: int = 1) -> list[Pair]:
    return pairs_of(context, dataset.run(context, number, *written(context, number), []))


def test_consensus_takes_what_the_vote_accepted(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    pairs = made(context_of(tmp_path, configured()))
    assert [(p.id, p.solution, p.answer, p.agreement) for p in pairs] == [
        ("r01-clear", "r01-clear sample 0: 7", "7", 0.75),
        ("r01-sure", "r01-sure sample 0: 9", "9", 1.0),
    ]
    assert [p.question for p in pairs] == ["How many, r01-clear?", "How many, r01-sure?"]


def test_a_pair_names_its_loser_where_there_is_one(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    clear, sure = made(context_of(tmp_path, configured()))
    assert (clear.weight, clear.rejected, clear.margin) == (1.0, "r01-clear sample 3: 8", 0.5)
    assert (sure.weight, sure.rejected, sure.margin) == (1.0, None, None)


def test_soft_labels_are_pairs_of_every_answer_with_its_share(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = configured()
    config.label = {"use": "soft", "least": 0.25}
    assert [(p.id, p.answer, p.weight, p.rejected, p.margin) for p in made(context_of(tmp_path, config))] == [
        ("r01-clear", "7", 0.75, "r01-clear sample 3: 8", 0.5),
        ("r01-clear-s03", "8", 0.25, None, None),
        ("r01-sure", "9", 1.0, None, None),
    ]


def test_what_is_selected_away_is_a_row_with_its_reason(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured()
    config.select = {"use": "margin", "least": 0.75}
    context = context_of(tmp_path, config)
    manifest = dataset.run(context, 1, *written(context, 1), [])
    drops = list(ShardFolder(context.run.path / manifest.spec.stage / "drops").stream(Drop))
    assert [p.id for p in pairs_of(context, manifest)] == ["r01-sure"]
    assert [(drop.id, drop.reason) for drop in drops] == [("r01-clear", "margin-low")]
    assert manifest.facts["candidates"] == 2
    assert manifest.facts["drops"] == {"contaminated": 0, "margin-low": 1, "beyond-max-pairs": 0}


@pytest.mark.parametrize(("arm", "kept"), [("unvoted", set(VOTES)), ("shuffled", {"sure", "tied", "low"})])
def test_a_control_selects_as_the_method_or_passes_on(
    tmp_path: Path, context_of: Callable[..., Context], arm: str, kept: set[str]
) -> None:
    config = configured(pairs=arm)
    config.select = {"use": "margin", "least": 0.75}
    assert {p.id.removeprefix("r01-") for p in made(context_of(tmp_path, config))} == kept


class Loses:
    """A selection that forgets what it does not keep."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        return Selected(list(candidates)[1:], [])


def test_a_selection_that_loses_pairs_is_refused(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = configured()
    config.select = {"use": f"{__name__}:Loses"}
    with pytest.raises(StageError, match="2 pairs went in, and 1 kept and 0 dropped came out"):
        made(context_of(tmp_path, config))


@pytest.mark.parametrize("arm", ["unvoted", "shuffled"])
def test_controls_name_no_loser(tmp_path: Path, context_of: Callable[..., Context], arm: str) -> None:
    pairs = made(context_of(tmp_path, configured(pairs=arm)))
    assert {(p.weight, p.rejected, p.margin) for p in pairs} == {(1.0, None, None)}


def test_several_distinct_solutions_of_a_question_are_several_pairs(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    config = configured()
    config.voting.representative, config.voting.representatives = "distinct", 3
    pairs = made(context_of(tmp_path, config))
    assert Counter(p.question for p in pairs) == {"How many, r01-clear?": 3, "How many, r01-sure?": 3}
    assert len({p.id for p in pairs}) == len({p.solution for p in pairs}) == 6
    assert {p.answer for p in pairs} == {"7", "9"}


def test_unvoted_takes_every_question_with_its_first_solution(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    pairs = made(context_of(tmp_path, configured(pairs="unvoted")))
    assert [(p.id, p.solution) for p in pairs] == [
        (f"r01-{name}", f"r01-{name} sample 0: {VOTES[name][0]}") for name in sorted(VOTES)
    ]
    assert {p.agreement for p in pairs} == {None}


def test_shuffled_exchanges_the_solutions_of_consensus(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    own = {p.id: p.solution for p in made(context_of(tmp_path / "a", configured(max_pairs=2)))}
    pairs = made(context_of(tmp_path / "b", configured(pairs="shuffled", max_pairs=2)))
    assert [p.id for p in pairs] == sorted(own)
    assert all(p.solution != own[p.id] for p in pairs)
    assert sorted(p.solution for p in pairs) == sorted(own.values())
    assert [p.answer for p in pairs] == ["9", "7"]


def test_shuffled_fills_up_from_rejected_questions(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    pairs = made(context_of(tmp_path, configured(pairs="shuffled", max_pairs=4)))
    assert {p.id for p in pairs} == {"r01-clear", "r01-sure", "r01-tied", "r01-low"}
    assert not any(p.solution.startswith(p.id) for p in pairs)


@pytest.mark.parametrize("arm", ["consensus", "unvoted", "shuffled"])
def test_arms_that_are_compared_have_as_many_pairs(
    tmp_path: Path, context_of: Callable[..., Context], arm: str
) -> None:
    context = context_of(tmp_path, configured(pairs=arm, max_pairs=2))
    manifest = dataset.run(context, 1, *written(context, 1), [])
    assert manifest.facts["new"] == manifest.facts["total"] == len(pairs_of(context, manifest)) == 2
    assert manifest.facts["candidates"] == 2 + sum(manifest.facts["drops"].values())


def test_every_drop_is_a_row_with_its_reason(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    """Rows in = rows out + drops, by id; a contaminated pair names the item that it is near."""
    [item, *_] = benchmark_questions(["nano_math"], {})["nano_math"]
    config = configured(pairs="unvoted", max_pairs=2)
    config.evaluation.contamination = Dedup(exact=True, minhash=None, embedding=None)
    context = context_of(tmp_path, config)
    questions, answers = written(context, 1)
    shards = ShardFolder(context.run.path / questions.spec.stage / "accepted")
    rows_in = list(shards.stream(Question))
    rows_in[0].text = item
    shards.write(1, rows_in)
    manifest = dataset.run(context, 1, questions, answers, [])
    drops = list(ShardFolder(context.run.path / manifest.spec.stage / "drops").stream(Drop))
    assert {q.id for q in rows_in} == {p.id for p in pairs_of(context, manifest)} | {drop.id for drop in drops}
    assert len(rows_in) == manifest.facts["candidates"] == 2 + len(drops)
    assert Counter(drop.reason for drop in drops) == Counter(manifest.facts["drops"])
    [near] = [drop for drop in drops if drop.reason == "contaminated"]
    assert (near.id, near.text, near.other, near.test, near.similarity) == (
        rows_in[0].id, item, "nano_math 0", "exact", 1.0,
    )  # fmt: skip


@pytest.mark.parametrize("accumulate", [True, False])
def test_rounds_accumulate_without_repeats(
    tmp_path: Path, context_of: Callable[..., Context], accumulate: bool
) -> None:
    context = context_of(tmp_path, configured(accumulate=accumulate))
    done: list[Manifest] = []
    for number in (1, 2, 3):
        done.append(dataset.run(context, number, *written(context, number), done))
    last = pairs_of(context, done[-1])
    expected = [(number, name) for number in (1, 2, 3) for name in ("clear", "sure") if accumulate or number == 3]
    assert [(p.round, p.id) for p in last] == [(number, f"r{number:02d}-{name}") for number, name in expected]
    assert (done[-1].facts["new"], done[-1].facts["total"]) == (2, len(last))


def test_nothing_left_says_what_became_of_the_questions(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path, configured())
    votes = {name: VOTES[name] for name in ("tied", "none")}
    with pytest.raises(StageError, match=r"no training pair is left of 2 questions \(1 tie, 1 no-answer\)"):
        dataset.run(context, 1, *written(context, 1, votes), [])


def test_solutions_without_text_are_no_examples(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    context = context_of(tmp_path, configured(pairs="unvoted"))
    asked, answered = written(context, 1)
    folder = context.run.path / "round-01" / "answers" / "solutions" / "00"
    [path] = folder.iterdir()
    solutions = rows.read(path, Solution)
    path.unlink()
    solutions[0].text = ""
    context.run.stage("round-01/answers", 1, {}, {}).shards("solutions/00").write(0, solutions)
    assert "r01-clear" not in {p.id for p in pairs_of(context, dataset.run(context, 1, asked, answered, []))}


def test_the_folder_loads_with_datasets_and_has_a_card(
    tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    pairs = made(context_of(tmp_path / "run", configured()))
    folder = tmp_path / "run" / "round-01" / "dataset"
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.column_names == list(Pair.__struct_fields__)
    assert [Pair(**row) for row in loaded] == pairs
    card = (folder / "README.md").read_text()
    for message in ("2 pairs up to round 1", "seed 1", "`consensus`", "one bait prompt"):
        assert message in card


def candidates(count: int) -> list[tuple[int, Pair]]:
    return [
        (
            number % 3,
            Pair(id=f"q{number:03d}", round=1, question=f"Q{number}", solution=f"S{number}", answer="1", agreement=1.0),
        )
        for number in range(count)
    ]


@given(count=st.integers(0, 30), limit=st.none() | st.integers(1, 40), seed=st.integers(0, 9), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_draw_is_as_large_as_it_can_be_and_prefers(
    count: int, limit: int | None, seed: int, data: st.DataObject
) -> None:
    offered = data.draw(st.permutations(candidates(count)))
    drawn = draw(offered, limit, seed)
    assert len(drawn) == min(count, limit if limit is not None else count)
    assert [p.id for p in drawn] == sorted({p.id for p in drawn})
    assert drawn == draw(candidates(count), limit, seed)
    preference = {pair.id: value for value, pair in offered}
    left = [value for id, value in preference.items() if id not in {p.id for p in drawn}]
    assert max((preference[p.id] for p in drawn), default=0) <= min(left, default=3)


def test_a_draw_follows_its_seed() -> None:
    assert len({tuple(p.id for p in draw(candidates(30), 5, seed)) for seed in range(4)}) == 4


def test_every_candidate_of_one_preference_is_drawn_about_as_often() -> None:
    equal = [(0, pair) for _, pair in candidates(20)]
    counts = Counter(p.id for seed in range(400) for p in draw(equal, 5, seed))
    assert set(counts) == {pair.id for _, pair in equal}
    assert 60 < min(counts.values()) <= max(counts.values()) < 140


@given(count=st.integers(0, 25))
def test_an_exchange_leaves_no_solution_at_home_and_loses_none(count: int) -> None:
    pairs = [pair for _, pair in candidates(count)]
    exchanged = exchange(pairs)
    assert [(p.id, p.question) for p in exchanged] == [(p.id, p.question) for p in pairs]
    assert sorted(p.solution for p in exchanged) == sorted(p.solution for p in pairs)
    if count > 1:
        assert all(new.solution != old.solution for new, old in zip(exchanged, pairs, strict=True))
