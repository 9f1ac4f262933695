"""Problems drawn from a seed, and whether a reply solves one."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Dataset

from crescent.fresh import problems
from crescent.voting import equivalent, extract_answer


def load(seed: int, levels: Sequence[int], each: int, **_metadata: Any) -> dict[str, Dataset]:
    """The first `each` problems of every level, the levels in turn, so that any beginning of the test has them all."""
    drawn = zip(*(problems(seed, level, each) for level in levels), strict=True)
    rows = [
        {"question": one.question, "answer": one.answer, "level": one.level, "structure": one.structure}
        for of_all_levels in drawn
        for one in of_all_levels
    ]
    return {"test": Dataset.from_list(rows)}


def score(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """`equivalent`: whether the reply ends with the answer; `answered`: whether an answer was found in it."""
    read = extract_answer(results[0])
    return {"equivalent": float(equivalent(read, doc["answer"])), "answered": float(read is not None)}
