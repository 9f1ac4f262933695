"""The card of a trained model: method, data, evaluation, lineage and licence, from `summary.json` alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from crescent.models.locate import ID

CARD = """---
{front}library_name: transformers
pipeline_tag: text-generation
tags:
- crescent
- self-improvement
---
# {name}, round {number}

`{base}` after fine-tuning on questions and solutions {writer}, by the run `{run}` (seed {seed}) of Crescent.

## Method
A bait prompt makes the model write questions; near-duplicates are sent back or dropped; {samples} solutions per
question are sampled and voted on; the model is fine-tuned ({method}) on what most of them agree on. No human labels
were used. The method is that of Sun et al., Findings of ACL 2025 (arXiv 2502.13441).

## Data
{pairs:,} pairs of question and solution up to round {number} (arm `{arm}`): `dataset/` beside this folder, or
`round-{number:02d}/dataset` of the run. Answers are what samples agreed on, not checked truths.

## Evaluation
{table}

lm-evaluation-harness, the same items for both models; the interval is a paired bootstrap over them.

## Lineage
{lineage}

## Licence
{licence}
"""


def model_card(summary: Mapping[str, Any], number: int) -> str:
    """The text of `README.md` beside the model of round `number`."""
    config = summary["config"]
    student = config.get("student") or config["model"]
    teacher = config["model"]["name"]
    found = summary["rounds"][number - 1]
    return CARD.format(
        front="".join(_front(student)),
        name=summary["name"],
        number=number,
        base=student["path"],
        writer="it wrote itself" if config.get("student") is None else f"written by `{teacher}`",
        run=summary["name"],
        seed=summary["seed"],
        samples=config["voting"]["samples"],
        method=f"{config['training']['method']}, {config['training']['epochs']} epochs",
        pairs=found["training"]["pairs"],
        arm=config["training"]["pairs"],
        table="\n".join(_table(summary, number)),
        lineage="\n".join(_lineage(summary, number, student)),
        licence=_licence(student, config["model"] if config.get("student") else None),
    )


def _front(base: Mapping[str, Any]) -> Iterator[str]:
    if ID.fullmatch(base["path"]) and "/" in base["path"]:
        yield f"base_model: {base['path']}\n"
    if base.get("licence"):
        yield f"license: {base['licence']}\n"


def _table(summary: Mapping[str, Any], number: int) -> Iterator[str]:
    yield "| benchmark | metric | items | base | this model | difference (95 %) |"
    yield "|---|---|--:|--:|--:|--:|"
    before = (summary.get("base") or {}).get("evaluation") or {}
    for task, now in (summary["rounds"][number - 1].get("evaluation") or {}).items():
        against = now.get("against_base")
        change = (
            f"{against['difference']:+.1%} [{against['low']:+.1%}, {against['high']:+.1%}]"
            if against
            else "not compared"
        )
        base = f"{before[task]['value']:.1%}" if task in before else "not measured"
        yield f"| {task} | {now['metric']} | {now['n']} | {base} | {now['value']:.1%} | {change} |"


def _lineage(summary: Mapping[str, Any], number: int, base: Mapping[str, Any]) -> Iterator[str]:
    on_hub = ID.fullmatch(base["path"]) and "/" in base["path"]
    yield f"- base: `{base['path']}`" + (f", revision {base.get('revision') or 'main of the day'}" if on_hub else "")
    for found in summary["rounds"][:number]:
        gate = found.get("gate") or {}
        state = "accepted" if gate.get("accepted") else "not accepted"
        yield f"- round {found['round']}: questions of {found.get('started_from', 'base')}, {state}"
    versions = summary.get("environment") or {}
    packages = ", ".join(
        f"{name} {versions[name]}" for name in ("crescent", "torch", "transformers") if name in versions
    )
    yield f"- made with {packages}"


def _licence(base: Mapping[str, Any], teacher: Mapping[str, Any] | None) -> str:
    known = base.get("licence")
    text = f"That of the base model: {known}." if known else "That of the base model; the run does not name it."
    if teacher is not None:
        text += f" The data were written by `{teacher['name']}` ({teacher.get('licence') or 'licence not named'})."
    return text
