"""Stage `dataset`: the pairs the student learns from, those of the configured arm, with the earlier rounds' pairs.

Arms that are compared must differ in one thing only, so every arm draws the same number of pairs (`max_pairs`) in the
same way. `consensus` takes questions with an accepted consensus. The controls take what the vote did not choose:
`unvoted` any question with its first solution; `shuffled` the consensus pairs with their solutions exchanged, filled up
from rejected questions where the vote accepted fewer than `max_pairs`.
"""

from collections.abc import Sequence

from crescent.config.effects import settings
from crescent.config.seeds import derived_seed
from crescent.dedup.removal import decontaminate
from crescent.errors import StageError
from crescent.evaluation.loading import benchmark_questions
from crescent.loop.stages.card import dataset_card
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import AnswersFacts, Contamination, DatasetFacts, Overlap
from crescent.loop.stages.pool import encoder, encoder_input
from crescent.loop.stages.rows import solution_passes
from crescent.records import Consensus, Drop, Pair, Question, Solution
from crescent.run import rows
from crescent.run.atomic import publish
from crescent.run.manifest import Manifest, facts_of
from crescent.run.names import in_order, round_folder
from crescent.run.shards import ShardFolder
from crescent.voting.ballots import by_question, decide, unguarded
from crescent.voting.losers import Rivals
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
        },
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    comparer.configure(config.voting.symbolic_seconds, config.voting.symbolic_megabytes)
    with stage.work():
        candidates = _candidates(context, questions, answers)
        found = len(candidates)
        contaminated, contamination = _contaminated(context, [pair for _, pair in candidates])
        dropped = {drop.id for drop in contaminated}
        candidates = [candidate for candidate in candidates if candidate[1].id not in dropped]
        if not candidates:
            raise StageError(_nothing_left(number, answers, found))
        drawn = draw(candidates, config.training.max_pairs, derived_seed(config.seed, stage.name))
        beyond = _beyond([pair for _, pair in candidates], drawn)
        if config.training.pairs == "shuffled":
            drawn = exchange(drawn)
        before = [
            pair for m in kept for pair in rows.read(context.run.path / m.spec.stage / FILE, Pair) if _of(m, pair)
        ]
        pairs = [*before, *drawn]
        publish(stage.path / FILE, rows.to_lines(pairs))
        drops: list[Drop] = sorted([*contaminated, *beyond], key=lambda drop: in_order(drop.id))
        stage.shards("drops").write(0, drops)
        publish(stage.path / "README.md", dataset_card(config, number, pairs).encode())
    return stage.finish(
        DatasetFacts(
            new=len(drawn),
            total=len(pairs),
            candidates=found,
            drops={"contaminated": len(contaminated), "beyond-max-pairs": len(beyond)},
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


def _nothing_left(number: int, answers: Manifest, contaminated: int) -> str:
    voted = facts_of(answers, AnswersFacts)
    drops = {**voted.drops, **({"contaminated": contaminated} if contaminated else {})}
    listed = ", ".join(f"{count} {reason}" for reason, count in drops.items())
    return (
        f"round {number}: no training pair is left of {voted.questions} questions ({listed}). "
        "Look at voting.min_agreement, voting.samples and the solutions of this round."
    )


def _of(manifest: Manifest, pair: Pair) -> bool:
    """Whether a pair is new in that round: each round's file repeats those before it."""
    return manifest.spec.stage == f"{round_folder(pair.round)}/dataset"


def _candidates(context: Context, questions: Manifest, answers: Manifest) -> list[tuple[int, Pair]]:
    """(preference, pair) for every question the arm may use; lower preferences are drawn first."""
    folder = context.run.path / answers.spec.stage
    texts = {q.id: q for q in ShardFolder(context.run.path / questions.spec.stage / "accepted").stream(Question)}
    consensus = {c.question: c for c in ShardFolder(folder / "consensus").stream(Consensus)}
    solutions = dict(by_question(solution_passes(folder)))
    arm, symbolic = context.config.training.pairs, context.config.voting.symbolic
    found = []
    for id, question in texts.items():
        voted = (
            Rivals(solutions[id], symbolic=symbolic) if arm == "consensus" and consensus[id].reason is None else None
        )
        for preference, solution in _chosen(arm, consensus[id], solutions[id], context):
            beside = solution.sample in consensus[id].others
            loser = voted.against(solution.sample) if voted else None
            pair = Pair(
                id=f"{id}-s{solution.sample:02d}" if beside else id,
                round=question.round,
                question=question.text,
                solution=solution.text,
                answer=solution.answer,
                agreement=consensus[id].agreement if arm == "consensus" else None,
                rejected=loser[0].text if loser else None,
                margin=loser[1] if loser else None,
            )
            found.append((preference, pair))
    return found


def _chosen(arm: str, consensus: Consensus, solutions: list[Solution], context: Context) -> list[tuple[int, Solution]]:
    """The solutions an arm takes for a question, and how much it prefers that question."""
    if arm == "unvoted":
        return [(0, solutions[0])] if solutions[0].text else []
    if consensus.solution is not None:
        by_sample = {solution.sample: solution for solution in solutions}
        return [(0, by_sample[sample]) for sample in (consensus.solution, *consensus.others)]
    if arm == "shuffled":
        plurality = decide(consensus.question, solutions, unguarded(context.config.voting)).solution
        return [] if plurality is None else [(1, next(s for s in solutions if s.sample == plurality))]
    return []


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
    dev task too.
    """
    config = context.config
    near = config.evaluation.contamination
    if near is None:
        raise StageError("evaluation.contamination is null: it is not said what is near a benchmark")
    names = list(dict.fromkeys([*config.evaluation.tasks, config.evaluation.dev_task]))
    by_task = benchmark_questions(names, config.evaluation.local_data or {})
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
