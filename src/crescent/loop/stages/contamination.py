"""Keeping the benchmarks out of training: pairs whose question is too close to a test question are dropped."""

from collections.abc import Sequence

from crescent.dedup.removal import decontaminate
from crescent.errors import StageError
from crescent.evaluation.loading import benchmark_questions
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import Contamination, Overlap
from crescent.loop.stages.pool import encoder
from crescent.records import Drop, Pair

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
