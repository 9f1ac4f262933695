"""Answers of BIG-Bench Extra Hard: texts, compared as texts but for what does not count."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crescent.voting import extract_answer

_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")


def score(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """`same_text`: whether the reply ends with the target; `answered`: whether an answer was found in it."""
    answer = extract_answer(results[0])
    right = answer is not None and same_text(answer.text, str(doc["target"]))
    return {"same_text": float(right), "answered": float(answer is not None)}


def same_text(one: str, other: str) -> bool:
    """Whether two answers are the same text, or the same number. The order of a list counts."""
    left, right = _plain(one), _plain(other)
    if left == right:
        return True
    return all(map(_NUMBER.fullmatch, (left, right))) and Fraction(left) == Fraction(right)


def mini(docs: Any) -> Any:
    """The rows of a `datasets.Dataset` that belong to the small set."""
    return docs.select([row for row, mark in enumerate(docs["mini"]) if int(mark)])


def _plain(text: str) -> str:
    text = re.sub(r"\\(?:text|textbf|texttt|mathrm)\s*(?=\{)|[${}'\"*`\\]", "", text).strip().casefold()
    text = re.sub(r"\s*,\s*", ",", re.sub(r"\s+", " ", text)).rstrip(".?")
    lettered = re.fullmatch(r"[(\[]\s*([^()\[\]]*?)\s*[)\]]", text)
    return lettered[1] if lettered else text
