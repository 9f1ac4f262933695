"""Stage `dataset`: the pairs the student learns from, those of the configured arm, with the earlier rounds' pairs.

Arms that are compared must differ in one thing only, so every arm draws the same number of pairs (`max_pairs`) in the
same way. `consensus` takes questions with an accepted consensus. The controls take what the vote did not choose:
`unvoted` any question with its first solution; `shuffled` the consensus pairs with their solutions exchanged, filled up
from rejected questions where the vote accepted fewer than `max_pairs`.

Before the draw `select` chooses among the pairs that the arm is about. What chooses by votes has none to go by in
`unvoted` and passes its pairs on.
"""

from collections import Counter
from collections.abc import Sequence

from crescent.config.effects import settings
from crescent.config.seeds import derived_seed
from crescent.config.slots import code_of
from crescent.dedup.removal import decontaminate
from crescent.errors import StageError
from crescent.evaluation.loading import benchmark_questions
from crescent.loop.stages.candidates import Offered, offered
from crescent.loop.stages.card import dataset_card
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import AnswersFacts, Contamination, DatasetFacts, Overlap
from crescent.loop.stages.labelled import NAME, labelled_input, labelled_texts
from crescent.loop.stages.pool import encoder, encoder_input
from crescent.records import Drop, Pair
from crescent.runs import rows
from crescent.runs.atomic import publish
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import in_order, round_folder
from crescent.voting.selection.selection import selection_of
from crescent.voting.symbolic import comparer

VERSION = 3
FILE = "train.jsonl"


def run(context: Context, number: int, questions: Manifest, answers: Manifest, earlier: Sequence[Manifest]) -> Manifest:
    """Write `train.jsonl` (pairs as rows), the drops and a card. `earlier`: the manifests of this stage in past rounds.

    Raises:
        StageError: no pair is left; says what became of the questions.
    """
    config = context.config
    kept = earlier if config.training.accumulate else []
    stage = context.run.stage(
        f"{round_folder(number)}/dataset",
        VERSION,
        settings(config, "dataset"),
        {
            **{m.spec.stage: m.outcome for m in (questions, answers, *kept)},
            **encoder_input(context, config.evaluation.contamination),
            **labelled_input(labelled_texts(config)),
            **code_of(config, "evaluation.contamination.own", "label", "select"),
        },
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    comparer.configure(config.voting.symbolic_seconds, config.voting.symbolic_megabytes)
    with stage.work():
        candidates = offered(context, questions, answers)
        found = len(candidates)
        contaminated, contamination = _contaminated(context, [each.candidate.pair for each in candidates])
        dropped = {drop.id for drop in contaminated}
        candidates = [each for each in candidates if each.candidate.pair.id not in dropped]
        seed = derived_seed(config.seed, stage.name)
        candidates, left_out = _select(context, candidates, number, derived_seed(seed, "select"))
        chosen_away = dict(sorted(Counter(drop.reason for drop in left_out).items()))
        if not candidates:
            counts = {**({"contaminated": len(contaminated)} if contaminated else {}), **chosen_away}
            raise StageError(_nothing_left(number, answers, counts))
        listed = [(each.preference, each.candidate.pair) for each in candidates]
        drawn = draw(listed, config.training.max_pairs, seed)
        beyond = _beyond([pair for _, pair in listed], drawn)
        if config.training.pairs == "shuffled":
            drawn = exchange(drawn)
        before = [
            pair for m in kept for pair in rows.read(context.run.path / m.spec.stage / FILE, Pair) if _of(m, pair)
        ]
        pairs = [*before, *drawn]
        publish(stage.path / FILE, rows.to_lines(pairs))
        drops: list[Drop] = sorted([*contaminated, *left_out, *beyond], key=lambda drop: in_order(drop.id))
        stage.shards("drops").write(0, drops)
        publish(stage.path / "README.md", dataset_card(config, number, pairs).encode())
    return stage.finish(
        DatasetFacts(
            new=len(drawn),
            total=len(pairs),
            candidates=found,
            drops={"contaminated": len(contaminated), **chosen_away, "beyond-max-pairs": len(beyond)},
            contamination=contamination,
        )
    )


def _contaminated(context: Context, pairs: Sequence[Pair]) -> tuple[list[Drop], Contamination | None]:
    """The pairs near a benchmark and the facts of the check; nothing where none is configured."""
    return ([], None) if context.config.evaluation.contamination is None else clean(context, pairs)


def _beyond(pairs: Sequence[Pair], drawn: Sequence[Pair]) -> list[Drop]:
    """The pairs that were not drawn."""
    kept = {pair.id for pair in drawn}
    return [Drop(id=p.id, text=p.question, reason="beyond-max-pairs") for p in pairs if p.id not in kept]


def _nothing_left(number: int, answers: Manifest, lost: dict[str, int]) -> str:
    """`lost`: pairs by the reason for which this stage dropped them."""
    voted = facts_of(answers, AnswersFacts)
    drops = {**voted.drops, **lost}
    listed = ", ".join(f"{count} {reason}" for reason, count in drops.items())
    return (
        f"round {number}: no training pair is left of {voted.questions} questions ({listed}). "
        "Look at voting.min_agreement, voting.samples, select and the solutions of this round."
    )


def _of(manifest: Manifest, pair: Pair) -> bool:
    """Whether a pair is new in that round: each round's file repeats those before it."""
    return manifest.spec.stage == f"{round_folder(pair.round)}/dataset"


def _select(
    context: Context, candidates: Sequence[Offered], number: int, seed: int
) -> tuple[list[Offered], list[Drop]]:
    """What `select` keeps and drops of what the arm is about; what only fills up is passed on.

    Raises:
        StageError: a class of somebody's own lost candidates, or made some.
    """
    among = [each.candidate for each in candidates if not each.preference]
    selected = selection_of(context.config).select(among, number, seed)
    kept = {each.pair.id for each in selected.kept}
    drops = {each.pair.id: reason for each, reason in selected.drops}
    came_out = [each.pair.id for each in [*selected.kept, *(dropped for dropped, _ in selected.drops)]]
    if sorted(came_out) != sorted(each.pair.id for each in among):
        raise StageError(
            f"select={context.config.select['use']}: {len(among)} pairs went in, and {len(selected.kept)} kept and "
            f"{len(selected.drops)} dropped came out: each must come out once"
        )
    left = [each for each in candidates if each.preference or each.candidate.pair.id in kept]
    pairs = [each.pair for each in among if each.pair.id in drops]
    return left, [Drop(id=pair.id, text=pair.question, reason=drops[pair.id]) for pair in pairs]


def draw(candidates: Sequence[tuple[int, Pair]], limit: int | None, seed: int) -> list[Pair]:
    """At most `limit` pairs, the preferred ones first, then in a random order that seed and id decide."""

    def rank(candidate: tuple[int, Pair]) -> tuple[int, int]:
        preference, pair = candidate
        return preference, derived_seed(seed, pair.id)

    chosen = sorted(candidates, key=rank)[:limit]
    return sorted((pair for _, pair in chosen), key=lambda pair: in_order(pair.id))


def exchange(pairs: Sequence[Pair]) -> list[Pair]:
    """Every question with the solution of another one: the solutions move half-way round, so none stays at home."""
    import msgspec

    half = len(pairs) // 2
    moved = [*pairs[half:], *pairs[:half]]
    return [
        msgspec.structs.replace(pair, solution=other.solution, answer=other.answer)
        for pair, other in zip(pairs, moved, strict=True)
    ]


EXAMPLES = 10


def clean(context: Context, pairs: Sequence[Pair]) -> tuple[list[Drop], Contamination]:
    """The pairs that are near a benchmark question, and what was found, with examples for the report.

    Near is what `evaluation.contamination` says, which is not None here. Every benchmark of the run is looked at, the
    dev task and the labelled file of the audit too.
    """
    config = context.config
    near = config.evaluation.contamination
    if near is None:
        raise StageError("evaluation.contamination is null: it is not said what is near a benchmark")
    listed = [*config.evaluation.tasks, config.evaluation.dev_task, config.evaluation.guard_task]
    names = [name for name in dict.fromkeys(listed) if name is not None]
    by_task = dict(benchmark_questions(names, config.evaluation.local_data or {}))
    if texts := labelled_texts(config):
        by_task[NAME] = texts
    benchmark = [(task, item, text) for task, texts in by_task.items() for item, text in enumerate(texts)]
    texts = [text for _, _, text in benchmark]
    found = decontaminate([p.question for p in pairs], texts, near, encoder(context, near))
    context.release_encoder()
    drops = [
        Drop(
            id=pairs[row.index].id,
            text=pairs[row.index].question,
            reason="contaminated",
            other="{} {}".format(*benchmark[row.other]),
            test=row.test,
            similarity=round(row.similarity, 6),
        )
        for row in found.ledger
    ]
    ledger = sorted(found.ledger, key=lambda row: -row.similarity)
    examples = [
        Overlap(
            text=pairs[row.index].question,
            task=benchmark[row.other][0],
            other_text=benchmark[row.other][2],
            test=row.test,
            similarity=round(row.similarity, 6),
        )
        for row in ledger[:EXAMPLES]
    ]
    return drops, Contamination(
        checked=sorted(by_task), questions=len(benchmark), dropped=len(ledger), examples=examples
    )
