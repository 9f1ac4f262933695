"""The reader and the vote as rewards for reinforcement learning, for TRL and verl. No labels are needed.

`majority`, `agreement` and `answered` are called by TRL (`reward_funcs`) with `prompts` and `completions`, by verl
(`custom_reward_function`) with `solution_strs` and `extra_infos` through its batch reward manager, or with one
`solution_str`. All give numbers from 0 to 1, one for each completion. They take bounded time on any text: reading is
linear in its length, and formulas are compared within limits (`crescent.voting.symbolic`).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crescent.errors import DataError
from crescent.voting.consensus import rational
from crescent.voting.extraction import MARKER, extract_answer
from crescent.voting.grouping import group

Text = str | Sequence[Mapping[str, Any]]
"""A text, or a conversation of messages with `role` and `content`."""


def majority(
    prompts: Sequence[Text] | None = None,
    completions: Sequence[Text] | None = None,
    *,
    min_agreement: float | Fraction = 0,
    marker: str = MARKER,
    symbolic: bool = True,
    **given: Any,
) -> list[float]:
    """1 for each completion whose answer has the most votes among the completions of its prompt, else 0.

    All are 0 where two answers are tied, or the share of the leader is below `min_agreement`. Zuo et al. (2025), TTRL.
    Raises `DataError` where the completions do not come with what they answer.
    """
    texts, keys = _batch(prompts, completions, given)
    rewards = [0.0] * len(texts)
    for members, groups in _votes(texts, keys, marker, symbolic):
        counts = Counter(number for number in groups if number is not None).most_common(2)
        if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
            continue
        leader, votes = counts[0]
        if Fraction(votes, len(members)) >= rational(min_agreement):
            for index, number in zip(members, groups, strict=True):
                rewards[index] = float(number == leader)
    return rewards


def agreement(
    prompts: Sequence[Text] | None = None,
    completions: Sequence[Text] | None = None,
    *,
    marker: str = MARKER,
    symbolic: bool = True,
    **given: Any,
) -> list[float]:
    """For each completion the share of the completions of its prompt that have the same answer; 0 without an answer.

    Raises `DataError` where the completions do not come with what they answer.
    """
    texts, keys = _batch(prompts, completions, given)
    rewards = [0.0] * len(texts)
    for members, groups in _votes(texts, keys, marker, symbolic):
        counts = Counter(groups)
        for index, number in zip(members, groups, strict=True):
            rewards[index] = 0.0 if number is None else counts[number] / len(members)
    return rewards


def answered(
    prompts: Sequence[Text] | None = None,
    completions: Sequence[Text] | None = None,
    *,
    marker: str = MARKER,
    **given: Any,
) -> Any:
    """1 for each completion from which an answer can be read, else 0; one number for verl's single `solution_str`."""
    if completions is None and "solution_str" in given:
        return float(extract_answer(_text(given["solution_str"]), marker) is not None)
    texts = completions if completions is not None else given.get("solution_strs")
    if texts is None:
        raise DataError("rewards: no completions given (TRL: completions; verl: solution_strs or solution_str)")
    return [float(extract_answer(_text(text), marker) is not None) for text in texts]


def _batch(
    prompts: Sequence[Text] | None, completions: Sequence[Text] | None, given: Mapping[str, Any]
) -> tuple[list[str], list[str]]:
    """The completions as texts, and for each what tells which ones answer the same question."""
    if completions is None:
        completions, prompts = given.get("solution_strs"), _questions(given)
    if completions is None or prompts is None:
        raise DataError(
            "rewards: a vote needs all completions of a prompt at once (TRL: prompts and completions; verl: "
            "reward_model.reward_manager=batch and an index in extra_info)"
        )
    if len(prompts) != len(completions):
        raise DataError(f"rewards: {len(prompts)} prompts for {len(completions)} completions")
    return [_text(text) for text in completions], [
        prompt if isinstance(prompt, str) else json.dumps(prompt, sort_keys=True, default=str) for prompt in prompts
    ]


def _questions(given: Mapping[str, Any]) -> list[Text] | None:
    """What verl's rows belong to: the `index` (and split) that its data sets put into `extra_info`, or a `question`."""
    infos = given.get("extra_infos")
    if infos is None or any(info is None or not ("index" in info or "question" in info) for info in infos):
        return None
    sources = given.get("data_sources")
    if sources is None or len(sources) != len(infos):
        sources = [""] * len(infos)
    return [
        json.dumps([str(source), str(info.get("split")), str(info.get("index")), str(info.get("question"))])
        for source, info in zip(sources, infos, strict=True)
    ]


def _text(completion: Text) -> str:
    """The text of a completion; of a conversation what its last message says."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if completion else ""
    if isinstance(content, str) or content is None:
        return content or ""
    return "".join(part.get("text") or "" for part in content if isinstance(part, Mapping))


def _votes(
    texts: Sequence[str], keys: Sequence[str], marker: str, symbolic: bool
) -> list[tuple[list[int], list[int | None]]]:
    """For each question the indices of its completions and the groups of their answers."""
    members: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        members.setdefault(key, []).append(index)
    found = []
    for indices in members.values():
        answers = [extract_answer(texts[index], marker) for index in indices]
        values = [answer.value if answer else None for answer in answers]
        found.append((indices, list(group(values, symbolic=symbolic))))
    return found
