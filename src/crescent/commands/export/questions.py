"""Questions with their majority answers, for reinforcement learning elsewhere: TRL's GRPO, and verl's layout."""

from collections.abc import Sequence
from typing import Any

from crescent.commands.export.preferences import said
from crescent.generation.prompts import fill
from crescent.records import Pair


def questions(pairs: Sequence[Pair], prompt: str) -> list[dict[str, Any]]:
    """`prompt` and `answer`, a row per question; TRL hands the column `answer` to its reward functions."""
    return [
        {
            "prompt": said("user", fill(prompt, question=pair.question)),
            "answer": pair.answer,
            "agreement": pair.agreement,
            "id": pair.id,
            "round": pair.round,
        }
        for pair in _each_once(pairs)
    ]


def verl(pairs: Sequence[Pair], prompt: str) -> list[dict[str, Any]]:
    """The columns that verl's data preparation writes; the `index` tells which completions belong together."""
    return [
        {
            "data_source": "crescent",
            "prompt": said("user", fill(prompt, question=pair.question)),
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": pair.answer},
            "extra_info": {"split": "train", "index": place, "id": pair.id, "question": pair.question},
        }
        for place, pair in enumerate(_each_once(pairs))
    ]


def _each_once(pairs: Sequence[Pair]) -> list[Pair]:
    """Of several pairs of a question the first, which stands for the majority; none without an answer."""
    first: dict[str, Pair] = {}
    for pair in pairs:
        if pair.answer is not None:
            first.setdefault(pair.question, pair)
    return list(first.values())
