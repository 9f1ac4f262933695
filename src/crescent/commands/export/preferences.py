"""Pairs for learners from preferences and from single judgements, in the conversational formats of TRL."""

from collections.abc import Sequence
from typing import Any

from crescent.generation.prompts import fill
from crescent.records import Pair


def said(role: str, text: str) -> list[dict[str, str]]:
    """One turn as a conversation."""
    return [{"role": role, "content": text}]


def preferences(pairs: Sequence[Pair], prompt: str) -> list[dict[str, Any]]:
    """`prompt`, `chosen`, `rejected` of every pair that something lost against, with the lead as `margin`."""
    return [
        {
            "prompt": said("user", fill(prompt, question=pair.question)),
            "chosen": said("assistant", pair.solution),
            "rejected": said("assistant", pair.rejected),
            "margin": pair.margin,
            "id": pair.id,
            "round": pair.round,
            "answer": pair.answer,
        }
        for pair in pairs
        if pair.rejected is not None
    ]


def unpaired(pairs: Sequence[Pair], prompt: str) -> list[dict[str, Any]]:
    """`prompt`, `completion`, `label`: every solution with true, and with false every loser, each once."""
    rows: list[dict[str, Any]] = []
    lost: set[tuple[str, str]] = set()
    for pair in pairs:
        texts = [(pair.solution, True)]
        if pair.rejected is not None and (pair.question, pair.rejected) not in lost:
            lost.add((pair.question, pair.rejected))
            texts.append((pair.rejected, False))
        rows += [
            {
                "prompt": said("user", fill(prompt, question=pair.question)),
                "completion": said("assistant", text),
                "label": good,
                "id": pair.id,
                "round": pair.round,
            }
            for text, good in texts
        ]
    return rows
