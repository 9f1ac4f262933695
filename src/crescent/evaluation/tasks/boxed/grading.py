"""Whether the answer of a reply is the answer of a problem, where answers are formulas.

Reading and comparing are those of the vote, which takes bounded time on any text (`crescent.voting`).
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lm_eval.tasks.aime.utils import process_results as by_text

from crescent.voting import Answer, equivalent, extract_answer

_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,2})?")


def formula(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """The metrics of a reply to a problem with one column `answer`, in whatever case."""
    answer = next(str(value) for column, value in doc.items() if column.lower() == "answer")
    read = extract_answer(results[0])
    return _metrics(results[0], read, answer, equivalent(read, answer))


def olympiad(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """The metrics of a reply to a problem of OlympiadBench: several answers in one list, `error` is a tolerance."""
    given = doc["final_answer"]
    answer = given if isinstance(given, str) else ", ".join(given)
    read = extract_answer(results[0])
    right = equivalent(read, _bare(answer)) or _within(read, answer, doc.get("error"))
    return _metrics(results[0], read, answer, right)


def _metrics(reply: str, read: Answer | None, answer: str, right: bool) -> dict[str, float]:
    theirs = by_text({"answer": _bare(answer)}, [reply])["exact_match"]
    return {"equivalent": float(right), "exact_match": float(theirs), "answered": float(read is not None)}


def _bare(answer: str) -> str:
    """Without the dollars around a formula, or around each of several: "$1$, $2$"."""
    return re.sub(r"(?<!\\)\$", "", answer).strip()


def _within(read: Answer | None, answer: str, error: Any) -> bool:
    """Whether a number is within a tolerance, or each of as many numbers within its own ("0.1,0.01")."""
    if read is None or error in (None, ""):
        return False
    allowed = _numbers(str(error))
    found, expected = _numbers(read.value), _numbers(_bare(answer))
    if not found or not allowed or not expected or len(found) != len(expected):
        return False
    allowed = allowed * len(expected) if len(allowed) == 1 else allowed
    return len(allowed) == len(expected) and all(
        abs(one - other) <= limit for one, other, limit in zip(found, expected, allowed, strict=True)
    )


def _numbers(text: str) -> list[Fraction]:
    """The decimals of a list with commas; none where anything else stands in it."""
    parts = [part.strip() for part in text.strip("{}").split(",")]
    if not all(
        re.fullmatch(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,2})?", part) for part in parts
    ):
        return []
    return [Fraction(part) for part in parts]
