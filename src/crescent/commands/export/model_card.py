"""The card of an exported model: what a run says of it once it is finished, with its evaluation."""

from collections.abc import Iterator, Mapping
from typing import Any

from crescent.config.schema import Config
from crescent.loop.stages.card import lineage_lines
from crescent.run import cards


def model_card(config: Config, summary: Mapping[str, Any], number: int) -> str:
    """The text of `README.md` beside the model of round `number`. `config`, `summary`: those of its run."""
    training = summary["rounds"][number - 1]["training"]
    return cards.model_card(
        config,
        number,
        pairs=training["pairs"],
        replayed=training["replayed"],
        steps=training["steps"],
        lineage=list(_lineage(summary, number, training)),
        evaluation=list(_evaluation(summary, number)),
    )


def _evaluation(summary: Mapping[str, Any], number: int) -> Iterator[str]:
    yield "| benchmark | metric | items | base | this model | difference (95 %) |"
    yield "|---|---|--:|--:|--:|--:|"
    before = (summary.get("base") or {}).get("evaluation") or {}
    for task, now in (summary["rounds"][number - 1].get("evaluation") or {}).items():
        base = f"{before[task]['value']:.1%}" if task in before else "not measured"
        change = _change(now.get("against_base"))
        yield f"| {task} | {now['metric']} | {now['n']} | {base} | {now['value']:.1%} | {change} |"
    yield ""
    yield "lm-evaluation-harness, the same items for both models; the interval is a paired one over them."


def _change(found: Mapping[str, Any] | None) -> str:
    if not found:
        return "not compared"
    ends = "" if found["low"] is None else f" [{found['low']:+.1%}, {found['high']:+.1%}]"
    return f"{found['difference']:+.1%}{ends}"


def _lineage(summary: Mapping[str, Any], number: int, training: Mapping[str, Any]) -> Iterator[str]:
    yield from lineage_lines(training["lineage"])
    distilled = bool(summary["config"].get("student"))
    for found in summary["rounds"][:number]:
        gate = found.get("gate") or {}
        state = "accepted" if gate.get("accepted") else "not accepted"
        writer = summary["config"]["model"]["name"] if distilled else found.get("started_from", "base")
        yield f"round {found['round']}: questions of {writer}, {state}"
    versions = summary.get("environment") or {}
    packages = ", ".join(
        f"{name} {versions[name]}" for name in ("crescent", "torch", "transformers") if name in versions
    )
    yield f"made with {packages}"
