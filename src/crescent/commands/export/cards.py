"""The card of an exported model: what a run says of it once it is finished, with its evaluation."""

from collections.abc import Iterator

from crescent.commands.export.kinds import Kind
from crescent.config.schema import Config
from crescent.loop.stages.card import lineage_lines
from crescent.loop.stages.facts import TrainingFacts
from crescent.reporting.report.gathered import Comparison
from crescent.reporting.report.summary import Summary
from crescent.runs import cards


def model_card(config: Config, summary: Summary, number: int) -> str | None:
    """The text of `README.md` beside the model of round `number`. `config`, `summary`: those of its run.

    None where the summary has no training of this round yet.
    """
    training = summary.rounds[number - 1].training if len(summary.rounds) >= number else None
    if training is None:
        return None
    return cards.model_card(
        config,
        number,
        pairs=training.pairs,
        replayed=training.replayed,
        steps=training.steps,
        epochs=training.epochs,
        lineage=list(_lineage(summary, number, training)),
        evaluation=list(_evaluation(summary, number)),
    )


def _evaluation(summary: Summary, number: int) -> Iterator[str]:
    yield "| benchmark | metric | items | base | this model | difference (95 %) |"
    yield "|---|---|--:|--:|--:|--:|"
    for task, now in summary.rounds[number - 1].evaluation.items():
        before = summary.base.evaluation.get(task)
        base = f"{before.value:.1%}" if before else "not measured"
        yield f"| {task} | {now.metric} | {now.n} | {base} | {now.value:.1%} | {_change(now.against_base)} |"
    yield ""
    yield "lm-evaluation-harness, the same items for both models; the interval is a paired one over them."


def _change(found: Comparison | None) -> str:
    if found is None:
        return "not compared"
    ends = "" if found.low is None else f" [{found.low:+.1%}, {found.high:+.1%}]"
    return f"{found.difference:+.1%}{ends}"


def _lineage(summary: Summary, number: int, training: TrainingFacts) -> Iterator[str]:
    yield from lineage_lines(training.lineage)
    for found in summary.rounds[:number]:
        state = "accepted" if found.gate and found.gate.accepted else "not accepted"
        writer = summary.option("model.name") if summary.option("student") else found.started_from
        yield f"round {found.round}: questions of {writer}, {state}"
    versions = summary.environment
    packages = ", ".join(
        f"{name} {versions[name]}" for name in ("crescent", "torch", "transformers") if name in versions
    )
    yield f"made with {packages}"


def dataset_card(config: Config, number: int, count: int, file: str, kind: Kind) -> str:
    """The text of `README.md` beside exported rows of a kind, which are in `file`."""
    return cards.dataset_card(
        config,
        number,
        count,
        rows=kind.rows,
        columns=kind.meanings,
        reading=kind.reading.format(file=file),
    )
